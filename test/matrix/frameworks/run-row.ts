import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startReceiver } from '../../receiver/receiver.ts';
import type { ReceivedSpan } from '../../receiver/receiver.ts';
import { folder } from './peers.ts';
import type { Form, Row } from './rows.ts';
import { startRow } from './start-row.ts';

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

/** Starts the application, asks its three routes, ends it by SIGTERM. */
export async function runRow(
  row: Row,
  form: Form,
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<Run> {
  const receiver = await startReceiver();
  try {
    const { app, url, loopFile } = await startRow(row, form, program, {
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      OTEL_SERVICE_NAME: row.name,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      ...env,
    });
    const statuses: number[] = [];
    for (const path of paths) statuses.push(await ask(url + path));
    await until(() => paths.every((path) => rootOf(receiver.spans, path) !== undefined));
    app.child.kill('SIGTERM');
    const { stderr } = await app.ended;
    const [templated, loop, unknown] = paths.map((path, index) =>
      answered(receiver.spans, path, statuses[index]!),
    );
    const line = lineOf(join(folder, 'apps', row.name, loopFile), '// the loop');
    return {
      templated: templated!,
      loop: loop!,
      unknown: unknown!,
      loopAt: { file: loopFile, line },
      stderr,
    };
  } finally {
    await receiver.close();
  }
}

const paths = ['/authors/7', '/authors', '/nowhere/17'] as const;

/** As it leaves: what is no name does not. */
function exported(path: string): string {
  return path.replace(/\d+/, ':param');
}

async function ask(url: string): Promise<number> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
}

function answered(spans: readonly ReceivedSpan[], path: string, status: number): Answered {
  const server = rootOf(spans, path);
  const children = spans.filter((span) => span !== server && span.traceId === server?.traceId);
  return { status, server, children };
}

/** Next.js writes the old name of its path. */
function rootOf(spans: readonly ReceivedSpan[], path: string): ReceivedSpan | undefined {
  return spans.find(
    ({ kind, parentSpanId, attributes }) =>
      kind === 2 &&
      parentSpanId === null &&
      (attributes['url.path'] ?? attributes['http.target']) === exported(path),
  );
}

/** Waits for spans that a framework which ends its process itself would lose; some never come. */
async function until(isThere: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isThere() && Date.now() < deadline) await setTimeout(20);
}

function lineOf(file: string, mark: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(mark)) + 1;
}
