import { join } from 'node:path';
import { expect } from '@jest/globals';
import { register, runApp } from '../../processes/run-app.ts';
import { startReceiver } from '../../receiver/receiver.ts';
import type { ReceivedSpan } from '../../receiver/receiver.ts';
import { folder } from './peers.ts';
import type { Form } from './rows.ts';

/** What `apps/everything` uses, of which no other row does. */
export const everything = ['router', 'graphql', 'dataloader', 'undici', 'pino', 'winston'] as const;

/** Runs it, asks it once, and expects what each of these has to leave behind. */
export async function expectEverything(form: Form, program: string): Promise<void> {
  const receiver = await startReceiver();
  try {
    const cwd = join(folder, 'apps/everything');
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, NODE_ENV: 'production' };
    const flags = ['--require', register];
    const app = runApp(join(cwd, `server.${form}`), env, flags, { cwd, program });
    const { port } = await app.message();
    const answer = await fetch(`http://127.0.0.1:${String(port)}/everything/7`);
    expect(await answer.json()).toEqual({ author: { name: 'author 7' } });
    app.child.kill('SIGTERM');
    const { stdout } = await app.ended;
    expectLogs(stdout, expectSpans(receiver.spans));
  } finally {
    await receiver.close();
  }
}

/** The id of their trace. The router tells its route on a span of its own, which names the endpoint. */
function expectSpans(spans: readonly ReceivedSpan[]): string {
  const root = spans.find(({ kind, parentSpanId }) => kind === 2 && parentSpanId === null);
  expect(root?.attributes['spandrel.endpoint']).toBe('GET /everything/:id');
  const scopes = spans
    .filter(({ traceId }) => traceId === root?.traceId)
    .map(({ scope }) => scope.replace('@opentelemetry/instrumentation-', ''));
  const count = (name: string): number => scopes.filter((scope) => scope === name).length;
  expect(count('undici')).toBe(2);
  expect(count('dataloader')).toBeGreaterThanOrEqual(2);
  expect(count('graphql')).toBeGreaterThanOrEqual(3);
  expect(count('router')).toBeGreaterThanOrEqual(1);
  return root!.traceId;
}

/** Both write JSON lines, each when it likes. */
function expectLogs(stdout: string, traceId: string): void {
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg?: string; message?: string; trace_id?: string });
  const told = lines.map((line) => [line.msg ?? line.message, line.trace_id]);
  expect(told.sort()).toEqual([
    ['told by pino', traceId],
    ['told by winston', traceId],
  ]);
}
