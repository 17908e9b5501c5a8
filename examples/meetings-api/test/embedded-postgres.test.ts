import { afterEach, expect, test } from '@jest/globals';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { source } from './demo-database.ts';

const entry = join(source, 'database/main.ts');
const started: ChildProcess[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder for the database's temporary files, so that the test sees what is left of them. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spandrel-test-'));
  chmodSync(folder, 0o755); // under root the database runs as another user, who has to pass
  folders.push(folder);
  return folder;
}

test('works for several clients at once, each in a transaction, and leaves nothing', async () => {
  const folder = openFolder();
  const child = fork(entry, { env: { ...process.env, TMPDIR: folder }, execArgv: [] });
  started.push(child);
  const [ready] = await once(child, 'message');
  expect(ready).toMatchObject({
    type: 'ready',
    url: expect.stringMatching(/^postgres:\/\/postgres:\w+@127\.0\.0\.1:\d+\/postgres$/),
    label: expect.stringMatching(/^embedded PostgreSQL 18 on 127\.0\.0\.1:\d+$/),
  });

  const clients = Array.from({ length: 10 }, () => new pg.Client(ready.url));
  await Promise.all(clients.map((client) => client.connect()));
  await Promise.all(clients.map((client) => client.query('BEGIN')));
  const answers = await Promise.all(
    clients.map((client, i) => client.query('SELECT $1::int AS n, pg_backend_pid() AS pid', [i])),
  );
  expect(answers.map(({ rows }) => rows[0].n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(new Set(answers.map(({ rows }) => rows[0].pid)).size).toBe(10);
  await Promise.all(clients.map((client) => client.end()));

  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(readdirSync(folder)).toEqual([]);
}, 30_000);

test('asks for the password it was made with', async () => {
  const child = fork(entry, { execArgv: [] });
  started.push(child);
  const [{ url }] = await once(child, 'message');
  const wrong = new pg.Client(url.replace(/:\w+@/, ':guessed@'));
  await expect(wrong.connect()).rejects.toThrow(/password authentication failed/);
}, 30_000);

test('ends and cleans up when its parent is killed', async () => {
  const folder = openFolder();
  const parent = spawn(
    process.execPath,
    [
      '--eval',
      `const child = require('node:child_process').fork(${JSON.stringify(entry)}, { execArgv: [] });
       child.on('message', (ready) => console.log(ready.url));`,
    ],
    { env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  started.push(parent);
  const [line] = await once(parent.stdout, 'data');
  const port = Number(new URL(String(line)).port);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  while (readdirSync(folder).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(once(createConnection(port, '127.0.0.1'), 'connect')).rejects.toThrow(
    /ECONNREFUSED/,
  );
}, 30_000);

test('says in one line why it cannot start', async () => {
  const missing = join(tmpdir(), 'spandrel-no-such-folder');
  expect(existsSync(missing)).toBe(false);
  const child = fork(entry, { env: { ...process.env, TMPDIR: missing }, execArgv: [] });
  started.push(child);
  const ended = once(child, 'exit');
  const [report] = await once(child, 'message');
  expect(report).toEqual({ type: 'error', message: expect.stringMatching(/^[^\n]*ENOENT[^\n]*$/) });
  expect(await ended).toEqual([1, null]);
}, 30_000);
