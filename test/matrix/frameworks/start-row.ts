import { join } from 'node:path';
import { register, runApp } from '../../processes/run-app.ts';
import type { App } from '../../processes/run-app.ts';
import { folder } from './peers.ts';
import type { Form, Row } from './rows.ts';

/** An application that listens. */
export interface Started {
  readonly app: App;
  readonly url: string;
  /** Where its loop stands, as seen from its folder. */
  readonly loopFile: string;
}

/** Starts it with the given Node.js, as its users would: with the preload, or Next.js as it is. */
export async function startRow(
  { name }: Row,
  form: Form,
  program: string,
  env: NodeJS.ProcessEnv,
): Promise<Started> {
  const cwd = join(folder, 'apps', name);
  if (form === 'next') {
    const next = join(folder, 'node_modules/next/dist/bin/next');
    const args = ['start', '--hostname', '127.0.0.1', '--port', '0'];
    const app = runApp(next, env, [], { cwd, program, args });
    return { app, url: await printedUrl(app), loopFile: 'app/authors/route.js' };
  }
  const loopFile = `server.${form}`;
  const app = runApp(join(cwd, loopFile), env, ['--require', register], { cwd, program });
  const { port } = await orEnds(app, app.message());
  return { app, url: `http://127.0.0.1:${String(port)}`, loopFile };
}

function printedUrl(app: App): Promise<string> {
  return orEnds(
    app,
    new Promise((resolve) => {
      let text = '';
      app.child.stdout!.on('data', (chunk) => {
        const url = /https?:\/\/127\.0\.0\.1:\d+/.exec((text += String(chunk)))?.[0];
        if (url !== undefined) resolve(url);
      });
    }),
  );
}

/** Throws with what it wrote when the application ends first. */
function orEnds<T>(app: App, wanted: Promise<T>): Promise<T> {
  const ended = app.ended.then((how) => {
    throw new Error(`it ended: ${JSON.stringify(how)}`);
  });
  return Promise.race([wanted, ended]);
}
