import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinaries, type PostgresBinaries } from './binaries.ts';

export interface EmbeddedPostgres {
  /** Connection string with a password made for this run. */
  readonly url: string;
  /** For people: what it is and where it listens, without the password. */
  readonly label: string;
  /** Settles when the server has ended, asked or not; the value is its last line of log. */
  readonly ended: Promise<string>;
  /** Ends the server within moments and removes its folder. Safe to call twice. */
  stop(): Promise<void>;
}

// A demonstration's data may be lost at any time, so nothing waits for the disk.
const settings = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_connections=60',
  'io_method=sync',
];

/**
 * Makes an empty PostgreSQL 18 in a temporary folder and starts it on a free port of 127.0.0.1,
 * in about half a second. Throws one readable line where it cannot; then nothing is left behind.
 */
export async function startEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'spandrel-postgres-'));
  chmodSync(folder, 0o711); // under root another user runs the server: it may pass, not look around
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const binaries = await findBinaries(folder);
    const password = randomBytes(16).toString('hex');
    await createCluster(binaries, folder, password);
    const { server, port, ended } = await startServer(binaries, folder);
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      label: `embedded PostgreSQL 18 on 127.0.0.1:${port}`,
      ended,
      async stop() {
        server.kill('SIGINT'); // PostgreSQL's fast shutdown: ends its clients, then itself
        await ended;
        removeFolder();
      },
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

async function createCluster(
  { initdb, runAs }: PostgresBinaries,
  folder: string,
  password: string,
): Promise<void> {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  mkdirSync(join(folder, 'cluster'), { mode: 0o700 });
  if (runAs.uid !== undefined && runAs.gid !== undefined) {
    chownSync(passwordFile, runAs.uid, runAs.gid);
    chownSync(join(folder, 'cluster'), runAs.uid, runAs.gid);
  }
  const args = ['--pgdata', join(folder, 'cluster'), '--username', 'postgres'];
  args.push('--pwfile', passwordFile, '--auth', 'scram-sha-256');
  args.push('--encoding', 'UTF8', '--locale', 'C', '--no-sync');
  const child = spawn(initdb, args, { ...runAs, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const log = lastLineOf(child);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the embedded PostgreSQL could not be set up: ${log()}`);
}

async function startServer(binaries: PostgresBinaries, folder: string) {
  // Somebody else may take the free port before the server does, so a few are tried.
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    const server = launch(binaries, folder, port);
    const log = lastLineOf(server);
    const ended = once(server, 'close').then(log);
    if (await Promise.race([saysReady(server), ended.then(() => false)])) {
      return { server, port, ended };
    }
    if (tries === 3) throw new Error(`the embedded PostgreSQL did not start: ${log()}`);
  }
}

function launch({ postgres, runAs }: PostgresBinaries, folder: string, port: number) {
  const args = ['-D', join(folder, 'cluster'), '-h', '127.0.0.1', '-p', String(port), '-k', ''];
  return spawn(postgres, [...args, ...settings.flatMap((setting) => ['-c', setting])], {
    ...runAs,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: process.platform !== 'win32', // Ctrl-C in a terminal is for us, not for it
  });
}

function saysReady(server: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.includes('ready to accept connections')) resolve(true);
    });
  });
}

function lastLineOf(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-2000);
  });
  child.on('error', (error) => {
    tail = error.message;
  });
  return () => tail.trim().split('\n').at(-1) ?? '';
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
