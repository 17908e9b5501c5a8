import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Postgres } from '../../../../test/services/postgres.ts';
import { findPostgres } from '../../../../test/services/postgres.ts';
import { batchAdvice } from '../../src/advice/batch.ts';
import { knownFunctions } from '../../src/advice/functions.ts';
import { readStatement } from '../../src/sql/statement.ts';
import { lateralReads, keyReads, writes } from './loops.ts';

/** Statements that other projects test their tools with; see the README beside them. */
const folder = join(__dirname, '../../corpus/sql/outside');
const files = [
  'go-sqllexer-testdata.json',
  'libpg_query-fingerprint.json',
  'libpg_query-normalize.json',
  'semconv-db-sql-test-cases.json',
];

const others = ['mysql', 'sqlite', 'mssql', 'standard', 'other'] as const;

/** Every text in them, whatever its name there. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

const texts = [
  ...files.flatMap((file) => textsIn(JSON.parse(readFileSync(join(folder, file), 'utf8')))),
  ...[...keyReads, ...lateralReads, ...writes].map(({ sql }) => sql),
];

let client: pg.Client | undefined;
let postgres: Postgres | undefined;

// A busy machine is not a finding.
jest.setTimeout(300_000);

beforeAll(async () => {
  try {
    postgres = await findPostgres();
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.log(`skipped: what needs PostgreSQL, because ${String(error)}`);
    return;
  }
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await postgres?.stop();
});

test('no statement of the corpora, whole or cut anywhere, makes it throw', () => {
  for (const [at, text] of texts.entries()) {
    for (const dialect of ['postgresql', others[at % others.length]!] as const) {
      for (const sql of [text, text.slice(0, (at * 7919) % (text.length + 1))]) {
        const { text: said, statement, proof } = batchAdvice(readStatement(sql, dialect));
        if (said === '' || (statement === null) !== (proof === null)) throw new Error(sql);
      }
    }
  }
});

test('every statement that it gives for a statement of the corpora is one that PostgreSQL can read', async () => {
  if (client === undefined) return;
  let given = 0;
  for (const text of new Set(texts)) {
    const { statement } = batchAdvice(readStatement(text, 'postgresql'));
    // What the loop's own text does wrong, the batch may do wrong, too.
    if (statement === null || (await isSyntaxError(text.replaceAll('?', '$1')))) continue;
    given++;
    expect([text, statement, await isSyntaxError(statement)]).toEqual([text, statement, false]);
  }
  expect(given).toBeGreaterThan(50);
});

/** Tables may be missing; grammar may not. */
async function isSyntaxError(sql: string): Promise<boolean> {
  try {
    await client!.query(`PREPARE one AS ${sql}`);
    await client!.query('DEALLOCATE one');
    return false;
  } catch (error) {
    return (error as { code?: string }).code === '42601';
  }
}

test('no function that is known as harmless is volatile', async () => {
  if (client === undefined) return;
  const { rows } = await client.query(
    "SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'v' AND pronamespace = 'pg_catalog'::regnamespace AND proname = ANY($1)",
    [knownFunctions],
  );
  expect(rows).toEqual([]);
});
