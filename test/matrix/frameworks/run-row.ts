import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { register, runApp } from '../../processes/run-app.ts';
import { startReceiver } from '../../receiver/receiver.ts';
import type { ReceivedSpan } from '../../receiver/receiver.ts';
import { folder } from './peers.ts';
import type { Form, Row } from './rows.ts';

/** What one request of an application left behind. */
export interface Answered {
  readonly status: number;
  /** The local root, if it is a server's. */
  readonly server: ReceivedSpan | undefined;
  /** Everything else of its trace. */
  readonly children: readonly ReceivedSpan[];
}

export interface Run {
  readonly templated: Answered;
  readonly loop: Answered;
  readonly unknown: Answered;
  /** Where the application's loop stands; the file as seen from its folder. */
  readonly loopAt: { readonly file: string; readonly line: number };
  readonly stderr: string;
}

/** Starts the application with the preload, asks its three routes, ends it by SIGTERM. */
export async function runRow(
  row: Row,
  form: Form,
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<Run> {
  const receiver = await startReceiver();
  try {
    const file = join(folder, 'apps', row.name, `server.${form}`);
    const settings = { OTEL_SERVICE_NAME: row.name, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const app = runApp(file, { NODE_ENV: 'production', ...settings, ...env }, undefined, {
      cwd: join(folder, 'apps', row.name),
      program,
    });
    const address = await Promise.race([app.message(), app.ended]);
    if (!('port' in address)) throw new Error(`it ended: ${JSON.stringify(address)}`);
    const statuses: number[] = [];
    for (const path of paths) statuses.push(await ask(`http://127.0.0.1:${address.port}${path}`));
    app.child.kill('SIGTERM');
    const { stderr } = await app.ended;
    const [templated, loop, unknown] = paths.map((path, index) =>
      answered(receiver.spans, path, statuses[index]!),
    );
    return {
      templated: templated!,
      loop: loop!,
      unknown: unknown!,
      loopAt: { file: basename(file), line: lineOf(file, '// the loop') },
      stderr,
    };
  } finally {
    await receiver.close();
  }
}

const paths = ['/authors/7', '/authors', '/nowhere/17'] as const;

async function ask(url: string): Promise<number> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
}

function answered(spans: readonly ReceivedSpan[], path: string, status: number): Answered {
  const server = spans.find(
    ({ kind, parentSpanId, attributes }) =>
      kind === 2 && parentSpanId === null && attributes['url.path'] === path,
  );
  const children = spans.filter((span) => span !== server && span.traceId === server?.traceId);
  return { status, server, children };
}

function lineOf(file: string, mark: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(mark)) + 1;
}
