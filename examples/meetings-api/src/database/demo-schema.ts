import type { Client } from 'pg';
import { hashPassword } from '../password.ts';
import type { Scale } from '../settings.ts';
import { rowsFor } from './rows.ts';
import { indexes, tables } from './tables.ts';

/** Marks a schema as ours, so that what a killed run left may be dropped and nothing else is. */
const mark = 'made by the meetings-api example of Spandrel, dropped when it ends';

/** Every user of the demonstration has it. */
export const demoPassword = 'correct horse battery staple';

/**
 * Makes the schema with its tables and rows, all or nothing, and holds a lock on its name for as
 * long as `client` stays connected. The schema of a run that was killed is replaced. Throws one
 * line when the name is taken by something else or by a run that is still going.
 */
export async function makeDemoSchema(client: Client, schema: string, scale: Scale): Promise<void> {
  await client.query('BEGIN');
  const { rows: locks } = await client.query<{ free: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS free',
    [`spandrel meetings-api ${schema}`],
  );
  if (!locks[0]?.free)
    throw new Error(`MEETINGS_SCHEMA=${schema} is in use by another meetings-api`);

  const { rows: present } = await client.query<{ comment: string | null }>(
    `SELECT obj_description(oid, 'pg_namespace') AS comment FROM pg_namespace WHERE nspname = $1`,
    [schema],
  );
  if (present[0] && present[0].comment !== mark) {
    throw new Error(
      `MEETINGS_SCHEMA=${schema} exists already and is not ours: choose another name`,
    );
  }
  if (present[0]) await client.query(`DROP SCHEMA ${schema} CASCADE`);

  await client.query(`CREATE SCHEMA ${schema}; COMMENT ON SCHEMA ${schema} IS '${mark}'`);
  await client.query(`SET LOCAL search_path = ${schema}; SET LOCAL maintenance_work_mem = '256MB'`);
  await client.query(tables);
  for (const insert of rowsFor(scale, hashPassword(demoPassword))) await client.query(insert);
  await client.query(indexes);
  await client.query('COMMIT');
  await client.query(`ANALYZE ${tableNames.map((table) => `${schema}.${table}`).join(', ')}`);
}

export async function dropDemoSchema(client: Client, schema: string): Promise<void> {
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
}

const tableNames = ['users', 'rooms', 'meetings', 'attendees', 'notes', 'usage'];
