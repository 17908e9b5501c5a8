import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runApp } from '../../../../test/processes/run-app.ts';
import { startReceiver } from '../../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../../test/receiver/receiver.ts';

const app = join(__dirname, '../apps/fetch.cjs');

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

async function run(env: NodeJS.ProcessEnv = {}) {
  const { code, stderr } = await runApp(app, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    NODE_ENV: 'production',
    ...env,
  }).ended;
  expect(code).toBe(0);
  return stderr;
}

function values(name: string): number[] {
  return receiver.points.filter((point) => point.name === name).map(({ value }) => value);
}

describe('instrumentations of the preload', () => {
  test("see the first request of Node's own fetch", async () => {
    await run();
    const client = receiver.spans.find(({ kind }) => kind === 3);
    expect(client?.scope).toBe('@opentelemetry/instrumentation-undici');
    const server = receiver.spans.find(({ kind }) => kind === 2);
    expect(server?.parentSpanId).toBe(client?.spanId);
  });

  test('are switched off by the names that OpenTelemetry has for them', async () => {
    await run({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'undici, runtime-node,host-metrics' });
    expect(receiver.spans.map(({ kind }) => kind)).toEqual([2]);
    expect(values('process.cpu.time')).toEqual([]);
    expect(values('v8js.memory.heap.used')).toEqual([]);
  });

  test('that are named and not installed cost one line', async () => {
    const stderr = await run({ SPANDREL_INSTRUMENTATIONS: 'carrier-pigeon' });
    expect(stderr).toContain(
      'spandrel: carrier-pigeon is not instrumented: @opentelemetry/instrumentation-carrier-pigeon is not installed\n',
    );
    expect(receiver.spans.map(({ kind }) => kind).sort()).toEqual([2, 3]);
  });
});

describe('metrics', () => {
  test('tell of the runtime, the process, its machine and its disk', async () => {
    await run();
    for (const name of [
      'nodejs.eventloop.time',
      'v8js.memory.heap.used',
      'process.memory.usage',
      'process.cpu.time',
      'system.memory.usage',
      'system.filesystem.usage',
    ]) {
      const positive = values(name).filter((value) => value > 0);
      expect([name, positive.length > 0]).toEqual([name, true]);
    }
    for (const name of [
      'process.cpu.utilization',
      'system.cpu.utilization',
      'system.memory.utilization',
      'system.filesystem.utilization',
    ]) {
      const shares = values(name);
      expect([name, shares.length > 0]).toEqual([name, true]);
      for (const share of shares) expect([name, share >= 0 && share <= 1.01]).toEqual([name, true]);
    }
  });
});
