import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { register, runApp } from '../processes/run-app.ts';
import { startReceiver } from '../receiver/receiver.ts';

type Health = Record<string, Record<string, number>>;

test('a process in which judging takes most of the time sheds it, loses no span and comes back', async () => {
  const receiver = await startReceiver();
  const app = runApp(
    join(__dirname, '../apps/heavy.mjs'),
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_SERVICE_NAME: 'heavy',
      NODE_ENV: 'production',
    },
    ['--require', register],
  );
  await app.message();
  const ask = async (what: string) => {
    app.child.send(what);
    return (await app.message()) as { traces: number; health: Health };
  };
  const untilLevel = async (isIt: (level: number) => boolean): Promise<void> => {
    while (!isIt((await ask('look')).health['spandrel.self.shed.level'] as never)) await wait(500);
  };
  try {
    await untilLevel((level) => level >= 2);
    await ask('rest');
    await untilLevel((level) => level < 2);
    const { traces, health } = await ask('end');
    const { stderr } = await app.ended;
    expect(stderr.match(/sheds work/g)).toHaveLength(1);
    const shed = health['spandrel.self.traces.dropped']!['shed']!;
    expect(shed).toBeGreaterThan(0);
    expect((health['spandrel.self.traces.judged'] as never as number) + shed).toBe(traces);
    const dropped = Object.values(health['spandrel.self.spans.dropped']!);
    const lost = dropped.reduce((sum, count) => sum + count, 0);
    expect((health['spandrel.self.spans.exported'] as never as number) + lost).toBe(301 * traces);
    const unjudged = receiver.spans.filter(
      ({ attributes }) => attributes['spandrel.unjudged'] === 'shed',
    );
    expect(unjudged.length).toBeGreaterThan(0);
    expect(receiver.bodies.some((body) => body.includes('hunter'))).toBe(false);
  } finally {
    app.child.kill('SIGKILL');
    await receiver.close();
  }
}, 300_000);
