import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { register, runApp } from '../processes/run-app.ts';
import type { App, Ended } from '../processes/run-app.ts';

const app = (format: 'cjs' | 'mjs') => join(__dirname, `../apps/endings/ends.${format}`);

export interface EndingRun {
  /** One of the ways in test/apps/endings/ways.cjs. */
  readonly ending: string;
  /** Sent when the application says that it waits for it. */
  readonly signal?: NodeJS.Signals;
  readonly collector: string;
  readonly format?: 'cjs' | 'mjs';
  readonly spans?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** False: the same application without us. */
  readonly isWatched?: boolean;
  readonly flags?: readonly string[];
}

export interface EndingResult extends Ended {
  /** From the word to end until it had ended. */
  readonly tookMs: number;
  /** What we said, the line of the start aside. */
  readonly said: readonly string[];
}

/** Runs an application to its end. */
export async function runEnding(run: EndingRun): Promise<EndingResult> {
  const started = startEnding(run);
  await started.message();
  const sinceMs = performance.now();
  started.child.send('end');
  if (run.signal !== undefined) {
    await started.message();
    started.child.kill(run.signal);
  }
  const ended = await started.ended;
  const said = ended.stderr.split('\n').filter((line) => /^spandrel: (?!watching)/.test(line));
  return { ...ended, tookMs: performance.now() - sinceMs, said };
}

export function startEnding(run: EndingRun): App {
  const { ending, collector, format = 'cjs', spans = 5001, env, isWatched = true } = run;
  const preload = isWatched ? [format === 'mjs' ? '--import' : '--require', register] : [];
  return runApp(
    app(format),
    {
      ENDING: ending,
      SPANS: String(spans),
      NODE_ENV: 'production',
      OTEL_SERVICE_NAME: 'ends',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      ...env,
    },
    [...preload, ...(run.flags ?? [])],
  );
}

/** Accepts connections and does nothing with them. */
export async function startFrozenCollector() {
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An address where nobody listens. */
export async function nobodysAddress(): Promise<string> {
  const frozen = await startFrozenCollector();
  await frozen.close();
  return frozen.url;
}
