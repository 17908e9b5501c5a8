import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const usual = 'postgres://postgres@127.0.0.1:5432/postgres';
const entry = new URL('../examples/meetings-api/src/database/main.ts', import.meta.url);

/**
 * Address of a PostgreSQL: the one `DATABASE_URL` names, else the one at the usual address, else the
 * example's embedded one, which ends with the bench. Nothing is written to it.
 */
export async function findDatabase(tellProgress) {
  for (const url of [process.env.DATABASE_URL, usual]) {
    if (url !== undefined && (await answers(url))) return url;
  }
  tellProgress('starting the database');
  const child = fork(fileURLToPath(entry), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  process.on('exit', () => child.kill());
  const { type, url, message } = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error('the database ended before it was ready')));
  });
  if (type === 'error') throw new Error(message);
  child.channel?.unref();
  child.unref();
  return url;
}

async function answers(connectionString) {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 });
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
