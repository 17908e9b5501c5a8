import { describe, expect, test } from '@jest/globals';
import { coveredMs, gapsOf, stretchesOf } from '../../src/calls/stretches.ts';
import { transactionsOf } from '../../src/calls/transactions.ts';
import type { Transaction } from '../../src/calls/transactions.ts';
import { Statements } from '../../src/sql/statements.ts';
import { resolveEngineOptions } from '../../src/options.ts';
import { Trace } from '../../src/trace.ts';
import { aSpan, aTrace, noteById, someDayMs } from '../build.ts';
import type { TraceBuilder } from '../build.ts';
import { forSeeds, shuffled } from '../random.ts';

function pairsOf(builder: TraceBuilder): string[] {
  return idsOf(transactionsOf(builder.asTrace()));
}

function idsOf(transactions: readonly Transaction[]): string[] {
  return transactions.map(({ begin, end }) => `${begin.span.spanId}-${end.span.spanId}`);
}

describe('transactions', () => {
  test.each([
    ['BEGIN', 'COMMIT'],
    ['begin;', 'commit;'],
    ['BEGIN ISOLATION LEVEL SERIALIZABLE', 'END'],
    ['START TRANSACTION READ ONLY', 'ROLLBACK'],
    ['BEGIN', "PREPARE TRANSACTION 'a'"],
  ])('are %s and %s', (begin, end) => {
    expect(pairsOf(aTrace().withQueries(1, begin).withQueries(1, end))).toEqual(['q0-q1']);
  });

  test.each([
    ['SAVEPOINT a', 'RELEASE SAVEPOINT a'],
    ['BEGIN', 'ROLLBACK TO SAVEPOINT a'],
    ['BEGIN; SELECT 1; COMMIT', 'COMMIT'],
    ['BEGIN', "COMMIT PREPARED 'a'"],
    ['COMMIT', 'BEGIN'],
    ['SET a = 1', 'COMMIT'],
  ])('are not %s and %s', (begin, end) => {
    expect(pairsOf(aTrace().withQueries(1, begin).withQueries(1, end))).toEqual([]);
  });

  test('that follow each other within one millisecond are told apart', () => {
    const trace = aTrace();
    for (const sql of ['BEGIN', 'COMMIT', 'BEGIN', 'COMMIT']) {
      trace.withQueries(1, sql, { atMs: 3, eachMs: 0.2 });
    }
    expect(pairsOf(trace)).toHaveLength(2);
  });

  test('of two databases may be open at once under one parent', () => {
    const trace = aTrace();
    for (const sql of ['BEGIN', 'COMMIT']) {
      trace.withQueries(1, sql, { attributes: { 'db.namespace': 'a' } });
      trace.withQueries(1, sql, { attributes: { 'db.namespace': 'b' } });
    }
    expect(pairsOf(trace)).toEqual(['q0-q2', 'q1-q3']);
  });

  test('open at once under one parent are not guessed at, and the next one is seen again', () => {
    const trace = aTrace();
    for (const sql of ['BEGIN', 'BEGIN', 'COMMIT', 'COMMIT', 'BEGIN', 'COMMIT']) {
      trace.withQueries(1, sql, { eachMs: 2 });
    }
    expect(pairsOf(trace)).toEqual(['q4-q5']);
  });

  test('hold their own queries and the calls below their parent', () => {
    const trace = aTrace()
      .withSpan({ spanId: 'save' })
      .withSpan({ spanId: 'deep', under: 'save' })
      .withQueries(1, 'BEGIN', { under: 'save' })
      .withQueries(1, noteById, { under: 'deep' })
      .withQueries(1, noteById)
      .withQueries(1, noteById, { under: 'save', attributes: { 'db.namespace': 'other' } })
      .withQueries(1, 'COMMIT', { under: 'save' })
      .withQueries(1, noteById, { under: 'save', atMs: 9 });
    const [one] = transactionsOf(trace.asTrace());
    expect(one?.queries.map(({ span }) => span.spanId)).toEqual(['q3']);
  });

  test('do not mind the order in which spans arrive, nor parents that are missing or in a cycle', () => {
    forSeeds(200, (random) => {
      const trace = aTrace();
      const parents = ['root', 'a', 'b', 'gone'];
      trace.withSpan({ spanId: 'a', under: 'b' }).withSpan({ spanId: 'b', under: 'a' });
      for (let n = 0; n < 14; n++) {
        const under = parents[Math.floor(random() * parents.length)]!;
        const sql = ['BEGIN', 'COMMIT', noteById, 'ROLLBACK'][Math.floor(random() * 4)]!;
        trace.withQueries(1, sql, { under, atMs: Math.floor(random() * 20), eachMs: random() * 3 });
      }
      const read = (spans: TraceBuilder['spans']): string[] => {
        const statements = new Statements(resolveEngineOptions());
        return idsOf(transactionsOf(new Trace(trace.root, spans, 'x', statements)));
      };
      expect(read(shuffled(random, trace.spans))).toEqual(read(trace.spans));
    });
  });
});

describe('stretches', () => {
  const spans = [
    [10, 5],
    [12, 6],
    [30, 2],
  ].map(([at, ms]) => aSpan({ startMs: someDayMs + at!, durationMs: ms! }));
  const stretches = stretchesOf(spans);
  const at = (ms: number): number => someDayMs + ms;

  test('are the times in which something ran', () => {
    expect(stretches).toEqual([
      { startMs: at(10), endMs: at(18) },
      { startMs: at(30), endMs: at(32) },
    ]);
    expect(stretchesOf([])).toEqual([]);
  });

  test('cover a part of any time', () => {
    expect(coveredMs(stretches, at(0), at(40))).toBe(10);
    expect(coveredMs(stretches, at(15), at(31))).toBe(4);
    expect(coveredMs(stretches, at(18), at(30))).toBe(0);
  });

  test('and leave the rest open', () => {
    expect(gapsOf(stretches, at(0), at(31))).toEqual([
      { startMs: at(0), endMs: at(10) },
      { startMs: at(18), endMs: at(30) },
    ]);
    expect(gapsOf([], at(1), at(2))).toEqual([{ startMs: at(1), endMs: at(2) }]);
    expect(gapsOf(stretches, at(10), at(18))).toEqual([]);
  });
});
