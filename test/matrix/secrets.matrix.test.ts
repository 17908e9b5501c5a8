import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { leavingRules, patternOf } from '../../packages/processor/src/privacy/leaving.ts';
import { register, runApp } from '../processes/run-app.ts';
import { startReceiver } from '../receiver/receiver.ts';
import type { Receiver } from '../receiver/receiver.ts';
import { findPostgres } from '../services/postgres.ts';
import type { Postgres } from '../services/postgres.ts';

const folder = join(__dirname, 'secrets');
// A token as services hand them out, in a case that folding does not change.
const secret = `tok_${randomBytes(12).toString('hex')}`;
let receiver: Receiver;
let postgres: Postgres;
let reached: string[];
let withMysql: boolean;
let withRedis: boolean;

beforeAll(async () => {
  install();
  receiver = await startReceiver();
  postgres = await findPostgres();
  [withMysql, withRedis] = await Promise.all([listens(3306), listens(6379)]);
  reached = await runOnce(receiver);
}, 600_000);

afterAll(async () => {
  await receiver?.close();
  await postgres?.stop();
});

test('every driver and framework was reached, and seen', () => {
  const drivers = ['pg', 'knex', 'graphql', 'fetch', 'undici', 'http'];
  const expected = [
    ...drivers,
    ...(withMysql ? ['mysql2'] : []),
    ...(withRedis ? ['redis', 'ioredis'] : []),
  ];
  expect([...reached].sort()).toEqual(expected.sort());
  const scopes = new Set(
    receiver.spans.map(({ scope }) => scope.replace(/^.*instrumentation-/, '')),
  );
  const seen = expected.filter((name) => name !== 'fetch');
  for (const name of [...seen, 'express', 'koa', '@fastify/otel']) expect(scopes).toContain(name);
  console.log(
    `secrets put into: ${expected.join(', ')}; spans of ${[...scopes].sort().join(', ')}`,
  );
});

test('no byte that left the process, traces and metrics, holds the secret', () => {
  const leaks = receiver.spans.flatMap(({ scope, name, attributes, events, status }) => {
    const texts = Object.entries({ name, status, ...attributes, events }).map(
      ([key, value]) => `${scope} ${key} ${JSON.stringify(value)}`,
    );
    return texts.filter(holdsSecret);
  });
  expect([...new Set(leaks)]).toEqual([]);
  expect(receiver.points.filter((point) => holdsSecret(JSON.stringify(point)))).toEqual([]);
  expect(receiver.points.length).toBeGreaterThan(0);
  expect(receiver.bodies.filter((body) => holdsSecret(body.toString('latin1')))).toHaveLength(0);
});

test('all this does leave when redaction is off', async () => {
  const open = await startReceiver();
  await runOnce(open, { SPANDREL_REDACT: 'false' });
  await open.close();
  const scopes = new Set(
    open.spans
      .filter(({ attributes, name }) => holdsSecret(JSON.stringify({ name, attributes })))
      .map(({ scope }) => scope.replace(/^.*instrumentation-/, '')),
  );
  for (const name of ['pg', 'knex', 'http', 'undici', 'graphql']) expect(scopes).toContain(name);
}, 120_000);

test('every attribute that left stands in the table of what leaves', () => {
  const listed = leavingRules
    .filter(({ names }) => !names.includes('*'))
    .flatMap(({ names, like }) => [...names.map(patternOf), ...(like === undefined ? [] : [like])]);
  const left = new Set<string>();
  for (const { attributes, events } of receiver.spans) {
    for (const fields of [attributes, ...events.map((event) => event.attributes)]) {
      for (const name of Object.keys(fields)) left.add(name);
    }
  }
  for (const { attributes } of receiver.points) {
    for (const name of Object.keys(attributes)) left.add(name);
  }
  const unlisted = [...left].filter((name) => !listed.some((pattern) => pattern.test(name)));
  expect(unlisted.sort()).toEqual([]);
});

/** Runs the application to its end and gives what it reached. */
async function runOnce(to: Receiver, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const app = runApp(
    join(folder, 'app.mjs'),
    {
      SECRET: secret,
      POSTGRES: postgres.url,
      ...(withMysql
        ? { MYSQL: process.env['MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/mysql' }
        : {}),
      ...(withRedis ? { REDIS: 'redis://127.0.0.1:6379' } : {}),
      OTEL_SERVICE_NAME: 'secrets',
      OTEL_EXPORTER_OTLP_ENDPOINT: to.url,
      NODE_ENV: 'production',
      ...env,
    },
    ['--import', register],
    { cwd: folder, args: [`--password=${secret}-argument`] },
  );
  const told = await Promise.race([app.message(), app.ended]);
  if (!('reached' in told)) throw new Error(JSON.stringify(told));
  const { code, stderr } = await app.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining(secret) });
  return told['reached'] as string[];
}

function install(): void {
  const installed = join(folder, 'node_modules/.package-lock.json');
  const lockedMs = statSync(join(folder, 'package-lock.json')).mtimeMs;
  if (existsSync(installed) && statSync(installed).mtimeMs >= lockedMs) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function holdsSecret(text: string): boolean {
  const lower = text.toLowerCase();
  return lower.includes(secret) || lower.includes(secret.slice(4));
}
