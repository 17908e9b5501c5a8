import { fork } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';

const usual = 'postgres://postgres@127.0.0.1:5432/postgres';

export interface Postgres {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL for a test: the one `DATABASE_URL` names, else the one at the usual address, else
 * the example's embedded one, started for the test and ended by `stop`.
 */
export async function findPostgres(): Promise<Postgres> {
  for (const url of [process.env['DATABASE_URL'], usual]) {
    if (url !== undefined && (await answers(url))) return { url, stop: () => Promise.resolve() };
  }
  return startEmbedded();
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function startEmbedded(): Promise<Postgres> {
  const entry = join(__dirname, '../../examples/meetings-api/src/database/main.ts');
  const child = fork(entry, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return new Promise((resolve, reject) => {
    child.on('message', (message: { type: string; url?: string; message?: string }) => {
      if (message.type === 'ready') resolve({ url: message.url!, stop });
      else if (message.type === 'error') reject(new Error(message.message));
    });
    child.once('exit', () => reject(new Error('the embedded database ended before it was ready')));
  });
}
