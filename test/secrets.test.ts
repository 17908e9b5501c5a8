import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runApp } from './processes/run-app.ts';
import { startReceiver } from './receiver/receiver.ts';
import type { Receiver } from './receiver/receiver.ts';
import { findPostgres } from './services/postgres.ts';
import type { Postgres } from './services/postgres.ts';

// A word that stands nowhere else, in both cases, as it may be folded.
// With digits, as tokens have them: a plain word may stay in a path.
const secret = `hush4711${randomBytes(6).toString('hex')}`;
let receiver: Receiver;
let postgres: Postgres;

beforeAll(async () => {
  receiver = await startReceiver();
  postgres = await findPostgres();
  const app = runApp(
    join(__dirname, 'apps/secrets.mjs'),
    {
      SECRET: secret,
      DATABASE_URL: postgres.url,
      OTEL_SERVICE_NAME: 'secrets',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      NODE_ENV: 'production',
    },
    undefined,
    { args: [`--password=${secret}-argument`] },
  );
  const { url } = await app.message();
  const query = `token=${secret}-incoming-query`;
  const headers = { authorization: `Bearer ${secret}-header`, cookie: `sid=${secret}-cookie` };
  await fetch(`${String(url)}/secrets/${secret}-path?${query}`, { headers });
  await fetch(`${String(url)}/nowhere/${secret}-path?${query}`, { headers });
  await fetch(`${String(url)}/fails/${secret}-path?${query}`, { headers });
  app.child.send('end');
  expect(await app.ended).toMatchObject({ code: 0 });
}, 120_000);

afterAll(async () => {
  await receiver.close();
  await postgres.stop();
});

test('the application was really watched: its statements, its loop and its errors arrived', () => {
  const texts = receiver.spans.map(({ attributes }) => attributes['db.query.text']);
  expect(texts).toContain('SELECT ? AS v');
  expect(texts).toContain('SELECT $1::text AS v');
  const findings = receiver.spans.flatMap(({ events }) =>
    events.filter(({ name }) => name === 'spandrel.finding'),
  );
  const shapes = findings.map(({ attributes }) => attributes['spandrel.finding.shape']);
  expect(shapes).toContain('select oid from pg_class where relname = ?');
  const failed = receiver.spans.filter(({ status }) => status.code === 2);
  expect(failed.length).toBeGreaterThanOrEqual(4);
  expect(receiver.spans.some(({ events }) => events.some(({ name }) => name === 'exception'))).toBe(
    true,
  );
});

test('hashes of the values left in their place', () => {
  const hashes = receiver.spans.map(
    ({ attributes }) => attributes['spandrel.db.parameters_hash'] as string | undefined,
  );
  const written = hashes.filter((hash) => hash !== undefined);
  // Eight literals of the loop, and three pairs of parameters.
  expect(new Set(written).size).toBeGreaterThanOrEqual(11);
  for (const hash of written) expect(hash).toMatch(/^[0-9a-f]{16}$/);
});

test('no byte that left the process holds the secret', () => {
  const leaks = receiver.spans.filter((span) => holdsSecret(JSON.stringify(span, bigIntAsText)));
  expect(leaks).toEqual([]);
  expect(receiver.bodies.some((body) => holdsSecret(body.toString('latin1')))).toBe(false);
});

function holdsSecret(text: string): boolean {
  return text.toLowerCase().includes(secret);
}

function bigIntAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
