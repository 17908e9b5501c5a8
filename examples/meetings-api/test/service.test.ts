import { afterEach, expect, test } from '@jest/globals';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import pg from 'pg';
import { databaseEntry, services } from '../src/demo.ts';
import { logIn } from './client.ts';
import { source } from './demo-database.ts';

const root = join(source, '../../..');
const started: ChildProcess[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

interface Running {
  readonly child: ChildProcess;
  /** What it sends first: ready with its address, or the error. */
  readonly report: Promise<{ type: string; url?: string; message?: string }>;
  /** Exit code and signal, once its companions, who share its stderr, have ended too. */
  readonly ended: Promise<unknown[]>;
  readonly stderr: () => string;
}

function start(entry: string, env: NodeJS.ProcessEnv): Running {
  const child = fork(join(root, entry), {
    cwd: root,
    env: { ...process.env, ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  started.push(child);
  const stderr = child.stderr as Readable;
  let printed = '';
  stderr.on('data', (chunk) => (printed += chunk));
  return {
    child,
    report: once(child, 'message').then(([message]) => message),
    ended: Promise.all([once(child, 'exit'), once(stderr, 'end')]).then(([exit]) => exit),
    stderr: () => printed,
  };
}

async function databaseUrl(): Promise<string> {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  return (await start(databaseEntry, {}).report).url ?? '';
}

const serviceEntry = services.at(-1)?.entry ?? '';

test('starts alone, with its own database and directory, and stops when told', async () => {
  const schema = `spandrel_test_service_${process.pid}`;
  const alone = { DATABASE_URL: '', REDIS_URL: '', DIRECTORY_URL: '', MEETINGS_SCHEMA: schema };
  const { child, report, ended, stderr } = start(serviceEntry, alone);
  const ready = await report;
  expect(ready).toEqual({
    type: 'ready',
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });

  const send = await logIn(ready.url ?? '');
  expect((await send('GET', '/meetings/15/contacts')).status).toBe(200);

  child.send({ type: 'stop' });
  expect(await ended).toEqual([0, null]);
  expect(stderr()).toMatch(
    new RegExp(
      `^meetings-api: made schema ${schema} .*\\nmeetings-api: dropped schema ${schema}\\n$`,
    ),
  );
}, 60_000);

test('in a database that is given, makes its schema only, and drops it even when killed', async () => {
  const url = await databaseUrl();
  const client = new pg.Client(url);
  await client.connect();
  const schemas = async () => {
    const { rows } = await client.query('SELECT nspname FROM pg_namespace ORDER BY nspname');
    return rows.map((row) => row.nspname as string).filter((name) => !name.startsWith('pg_t'));
  };
  const schema = `spandrel_test_killed_${process.pid}`;
  const before = (await schemas()).filter((name) => !name.startsWith('spandrel_'));

  const { child, report, ended } = start(serviceEntry, {
    DATABASE_URL: url,
    MEETINGS_SCHEMA: schema,
  });
  await report;
  expect((await schemas()).filter((name) => !before.includes(name))).toContain(schema);

  const second = start(serviceEntry, { DATABASE_URL: url, MEETINGS_SCHEMA: schema });
  expect(await second.report).toMatchObject({
    type: 'error',
    message: `MEETINGS_SCHEMA=${schema} is in use by another meetings-api`,
  });

  child.kill('SIGKILL');
  await ended;
  expect((await schemas()).filter((name) => !before.includes(name))).not.toContain(schema);
  await client.end();
}, 60_000);

test('refuses a schema that is not its own', async () => {
  const url = await databaseUrl();
  const client = new pg.Client(url);
  await client.connect();
  const schema = `spandrel_test_taken_${process.pid}`;
  await client.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.precious ()`);

  const { report, ended } = start(serviceEntry, { DATABASE_URL: url, MEETINGS_SCHEMA: schema });
  expect((await report).message).toMatch(/^MEETINGS_SCHEMA=\w+ exists already and is not ours/);
  expect(await ended).toEqual([1, null]);
  await client.query(`SELECT FROM ${schema}.precious`);
  await client.query(`DROP SCHEMA ${schema} CASCADE`);
  await client.end();
}, 60_000);

test('says in one line that the database cannot be used, without its password', async () => {
  const address = 'postgres://me:hunter2@127.0.0.1:1/db';
  const { report, ended, stderr } = start(serviceEntry, { DATABASE_URL: address });
  const line = 'DATABASE_URL=postgres://me:***@127.0.0.1:1/db cannot be used: connect ECONNREFUSED';
  expect((await report).message).toContain(line);
  expect(await ended).toEqual([1, null]);
  expect(stderr()).toBe(`meetings-api: ${line} 127.0.0.1:1\n`);
}, 30_000);

test('says in one line that the port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { report, ended, stderr } = start(services[0]?.entry ?? '', { PORT: String(port) });
  expect(await report).toEqual({ type: 'error', message: `PORT=${port} is taken on 127.0.0.1` });
  expect(await ended).toEqual([1, null]);
  expect(stderr()).toBe(`directory: PORT=${port} is taken on 127.0.0.1\n`);
  other.close();
}, 30_000);

test('stops on SIGTERM and when its parent goes away, exit code 0', async () => {
  const directory = services[0]?.entry ?? '';
  const signalled = start(directory, {});
  await signalled.report;
  signalled.child.kill('SIGTERM');
  expect(await signalled.ended).toEqual([0, null]);

  const orphaned = start(directory, {});
  await orphaned.report;
  orphaned.child.disconnect();
  expect(await orphaned.ended).toEqual([0, null]);
}, 30_000);
