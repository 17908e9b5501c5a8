import pg from 'pg';
import { isDatabaseLost } from '../errors.ts';

/** The connection string with the schema as its search path, so that every connection has it from the start. */
export function inSchema(databaseUrl: string, schema: string): string {
  const url = new URL(databaseUrl);
  const options = [url.searchParams.get('options'), `-c search_path=${schema}`];
  url.searchParams.set('options', options.filter(Boolean).join(' '));
  return url.href;
}

/** Who comes when all connections are taken waits for one, by default five seconds at most. */
export function createPool(connectionString: string, given: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({
    connectionString,
    application_name: 'meetings-api',
    max: 20,
    connectionTimeoutMillis: 5_000,
    ...given,
  });
}

/** A pool of one connection for reports, lest they take those of all others. */
export function createReportPool(connectionString: string): pg.Pool {
  return createPool(connectionString, { max: 1, connectionTimeoutMillis: 60_000 });
}

/**
 * Says once that the database is lost and once that it is back. Pools mend themselves: dead
 * connections are replaced on demand, and requests meanwhile are answered with 503 (`errors.ts`).
 *
 * Returns what is to hear the errors of requests; others than a lost database are printed each.
 */
export function watchDatabase(
  pools: readonly pg.Pool[],
  where: string,
  say: (line: string) => void,
): (error: Error) => void {
  let lost = false;
  const hear = (error: Error) => {
    if (!isDatabaseLost(error)) return say(error.stack ?? error.message);
    if (!lost)
      say(`lost the database (${where}): ${error.message}; requests get 503 until it is back`);
    lost = true;
  };
  for (const pool of pools) {
    pool.on('error', hear); // an idle connection died; unheard, it would end the process
    pool.on('connect', () => {
      if (lost) say('the database is back');
      lost = false;
    });
  }
  return hear;
}
