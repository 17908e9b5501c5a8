import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runApp } from '../../../test/processes/run-app.ts';
import { startReceiver } from '../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../test/receiver/receiver.ts';
import { findPostgres } from '../../../test/services/postgres.ts';
import type { Postgres } from '../../../test/services/postgres.ts';

let receiver: Receiver;
let postgres: Postgres;

beforeAll(async () => {
  receiver = await startReceiver();
  postgres = await findPostgres();
  const env = {
    DATABASE_URL: postgres.url,
    OTEL_SERVICE_NAME: 'jobs',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    NODE_ENV: 'production',
  };
  expect(await runApp(join(__dirname, 'apps/queries.mjs'), env).ended).toMatchObject({ code: 0 });
}, 120_000);

afterAll(async () => {
  await receiver.close();
  await postgres.stop();
});

/** What spans of the queries named like this carry under `name`, in their order. */
function told(alias: string, name: string): unknown[] {
  return receiver.spans
    .filter(({ attributes }) => String(attributes['db.query.text']).includes(` AS ${alias}`))
    .map(({ attributes }) => attributes[name]);
}

const hashesOf = (alias: string): unknown[] => told(alias, 'spandrel.db.parameters_hash');

describe('under the preload, spans of pg carry', () => {
  test('a hash of parameters that are repeated, the same for the same, inlined or not', () => {
    const [one, two, twoAgain] = hashesOf('given');
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(two).toBe(twoAgain);
    expect(two).not.toBe(one);
    expect(hashesOf('inlined')).toEqual([one, two]);
  });

  test('none where parameters cannot be compared, and none where nothing repeats', () => {
    expect(hashesOf('opaque')).toEqual([undefined, undefined]);
    expect(hashesOf('once')).toEqual([undefined]);
  });

  test('how many rows came back', () => {
    expect(told('rows', 'db.response.returned_rows').map(Number)).toEqual([9]);
  });

  test('the reason given in code', () => {
    const reason = 'prices change by the second';
    expect(told('allowed', 'spandrel.allow_repeats')).toEqual([reason, reason]);
    expect(told('given', 'spandrel.allow_repeats')).toEqual([undefined, undefined, undefined]);
  });
});
