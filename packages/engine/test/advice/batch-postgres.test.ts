import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { batchAdvice, batchedRead } from '../../src/advice/batch.ts';
import { readStatement } from '../../src/sql/statement.ts';
import { randomFrom } from '../random.ts';
import type { Loop } from './loops.ts';
import { keyReads, lateralReads, writes } from './loops.ts';
import { ProofDatabase, someTurns, sorted } from './proof-database.ts';
import type { Row } from './proof-database.ts';
import { randomRead } from './random-read.ts';

/** The proof of the rewritings: a real PostgreSQL runs loop and batch, and both do the same. */
let database: ProofDatabase | undefined;

// A busy machine is not a finding.
jest.setTimeout(300_000);

beforeAll(async () => {
  database = await ProofDatabase.open();
});

afterAll(() => database?.close());

const turnsOfLoop = 8;
const given = process.env['SEED'];
const firstSeed = given === undefined ? (Date.now() % 1_000_000) * 100 : Number(given);

/**
 * A failure names the seed that shows it; `SEED` in the environment repeats it. Seeds that differ in
 * their last digit only share the rows of the tables.
 */
async function forSeeds(
  seeds: readonly number[],
  property: (db: ProofDatabase, random: () => number) => Promise<void>,
): Promise<void> {
  if (database === undefined) return;
  for (const step of given === undefined ? seeds : [0]) {
    const seed = firstSeed + step;
    try {
      await database.use(Math.floor(seed / 10));
      await property(database, randomFrom(seed));
    } catch (error) {
      throw new Error(`with SEED=${seed}: ${String(error)}`, { cause: error });
    }
  }
}

const threeTimes = [0, 10, 20];
const thirtyTimes = Array.from({ length: 30 }, (_, n) => n);

function batchOf(sql: string): string {
  const { statement, proof } = batchAdvice(readStatement(sql, 'postgresql'));
  expect(proof).toBe('proved');
  return statement!;
}

/** One array for each parameter, then one for each value that is written into the text. */
function arraysOf(turns: readonly unknown[][], written: readonly unknown[] = []): unknown[][] {
  const columns = (turns[0] ?? []).map((_, at) => turns.map((turn) => turn[at]));
  return [...columns, ...written.map((value) => turns.map(() => value))];
}

function only(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

function without(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

/** Rows of each turn: in order where the statement has one. */
function inOrder(rows: readonly Row[], sql: string): Row[] {
  return /ORDER BY(?![^(]*\))/i.test(sql) ? [...rows] : sorted(rows);
}

async function proveByTurn(db: ProofDatabase, loop: Omit<Loop, 'kind'>, turns: unknown[][]) {
  const batched = await db.rowsOf(batchOf(loop.sql), arraysOf(turns, loop.written));
  let found = 0;
  for (const [at, values] of turns.entries()) {
    const looped = await db.rowsOf(loop.sql, values);
    const own = batched.filter((row) => Number(row['batch_nr']) === at + 1);
    const same = own.map((row) => without(row, ['batch_nr', 'batch_row']));
    expect(inOrder(same, loop.sql)).toEqual(inOrder(looped, loop.sql));
    found += looped.length;
  }
  if (found > 0) moved.add(loop.sql);
  const turnsInOrder = batched.map((row) => Number(row['batch_nr']));
  if (/ORDER BY batch\.batch_nr/.test(batchOf(loop.sql))) {
    expect(turnsInOrder).toEqual(turnsInOrder.toSorted((a, b) => a - b));
  }
  expect(batched).toHaveLength(found);
}

/** Loops that found or changed a row: a proof over nothing would be none. */
const moved = new Set<string>();

const named = (loops: readonly Loop[]): [string, Loop][] =>
  loops.map((loop) => [`${loop.kind}: ${loop.sql}`, loop]);

describe('on PostgreSQL the batch gives what the loop gives', () => {
  test.each(named(keyReads))('%s', async (_name, loop) => {
    await forSeeds(threeTimes, async (db, random) => {
      const turns = someTurns(random, loop.values, turnsOfLoop);
      if (/lower\(email\)/.test(loop.sql)) turns.push(['a@x.org'], ['@x.org']);
      const { key } = batchedRead(readStatement(loop.sql, 'postgresql'))!;
      const batched = await db.rowsOf(batchOf(loop.sql), arraysOf(turns));
      for (const [value] of turns) {
        const looped = await db.rowsOf(loop.sql, [value]);
        const own = batched.filter((row) => row[key!] === value && value !== null);
        const columns = Object.keys(looped[0] ?? {});
        const same = own.map((row) => only(row, columns));
        expect(inOrder(same, loop.sql)).toEqual(inOrder(looped, loop.sql));
        if (looped.length > 0) moved.add(loop.sql);
      }
    });
  });

  test.each(named(lateralReads))('%s', async (_name, loop) => {
    await forSeeds(threeTimes, (db, random) =>
      proveByTurn(db, loop, someTurns(random, loop.values, turnsOfLoop)),
    );
  });

  test.each(named(writes))('%s', async (_name, loop) => {
    await forSeeds(threeTimes, async (db, random) => {
      const turns = turnsOfWrite(loop, someTurns(random, loop.values, turnsOfLoop));
      const before = JSON.stringify(await db.everything());
      const [looped, batched] = await db.both(
        async () => {
          const back: Row[] = [];
          for (const [at, values] of turns.entries()) {
            const rows = await db.rowsOf(loop.sql, values);
            back.push(...rows.map((row) => ({ ...row, batch_nr: String(at + 1) })));
          }
          return { back, all: await db.everything() };
        },
        async () => {
          const back = await db.rowsOf(batchOf(loop.sql), arraysOf(turns, loop.written));
          return { back, all: await db.everything() };
        },
      );
      // A batch may give back the key as well; the turn it tells only where a statement can.
      const tellsTurn = batchOf(loop.sql).endsWith('batch.batch_nr');
      const columns = Object.keys(looped!.back[0] ?? {}).filter(
        (name) => tellsTurn || name !== 'batch_nr',
      );
      const same = ({ back }: { back: Row[] }): Row[] =>
        sorted(back.map((row) => only(row, columns)));
      expect(same(batched!)).toEqual(same(looped!));
      expect(batched!.all).toEqual(looped!.all);
      if (JSON.stringify(looped!.all) !== before) moved.add(loop.sql);
    });
  });
});

/** An update and an upsert get each key once, as their advice says. */
function turnsOfWrite({ values }: Loop, turns: unknown[][]): unknown[][] {
  const keys = values.flatMap((name, at) => (name === 'key' || name === 'uid' ? [at] : []));
  if (keys.length === 0) return turns;
  return [...new Map(turns.map((turn) => [keys.map((at) => turn[at]).join(), turn])).values()];
}

test('nearly every one of these loops found or changed rows', () => {
  if (database === undefined || given !== undefined) return;
  const all = [...keyReads, ...lateralReads, ...writes];
  expect(moved.size).toBeGreaterThan(0.9 * all.length);
});

test('and so it does for any read that is put together at random', async () => {
  let batches = 0;
  await forSeeds(thirtyTimes, async (db, random) => {
    for (let n = 0; n < 4; n++) {
      const read = randomRead(random);
      const { statement } = batchAdvice(readStatement(read.sql, 'postgresql'));
      if (statement === null || /= ANY\(\$1/.test(statement)) continue;
      batches++;
      try {
        await proveByTurn(db, read, someTurns(random, read.values, 5));
      } catch (error) {
        throw new Error(`${read.sql}\n${statement}\n${String(error)}`, { cause: error });
      }
    }
  });
  expect(database === undefined || given !== undefined || batches > 20).toBe(true);
});
