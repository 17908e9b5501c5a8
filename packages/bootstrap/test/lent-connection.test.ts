import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runApp } from '../../../test/processes/run-app.ts';
import { startReceiver } from '../../../test/receiver/receiver.ts';
import { findPostgres } from '../../../test/services/postgres.ts';

test('who waits for a connection of pg goes on in a trace of its own, with a span or without', async () => {
  const receiver = await startReceiver();
  const postgres = await findPostgres();
  try {
    const env = {
      DATABASE_URL: postgres.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      NODE_ENV: 'production',
    };
    const { code } = await runApp(join(__dirname, 'apps/lent-connection.cjs'), env).ended;
    expect(code).toBe(0);
    const traces = new Map<string, Set<string>>();
    for (const { traceId, attributes } of receiver.spans) {
      const name = / as (a|b|job)$/.exec(String(attributes['db.query.text']))?.[1];
      if (name === undefined) continue;
      traces.set(traceId, (traces.get(traceId) ?? new Set()).add(name));
    }
    const names = [...traces.values()].map((one) => [...one].sort().join());
    expect(names.filter((one) => one !== 'job').sort()).toEqual(['a', 'b']);
    expect(names).toContain('job');
  } finally {
    await receiver.close();
    await postgres.stop();
  }
}, 120_000);
