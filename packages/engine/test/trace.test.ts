import { describe, expect, test } from '@jest/globals';
import { resolveEngineOptions } from '../src/options.ts';
import { Statements } from '../src/sql/statements.ts';
import { inOrderOfStart, Trace } from '../src/trace.ts';
import { aSpan, aTrace, noteById, userById } from './build.ts';
import { forSeeds, shuffled } from './random.ts';

const postgres = { 'db.system.name': 'postgresql' };

describe('the queries of a trace', () => {
  test('are the leaves: an ORM over its driver is one query', () => {
    const trace = aTrace();
    for (let n = 0; n < 3; n++) {
      trace.withSpan({
        spanId: `orm${n}`,
        attributes: { 'db.system': 'postgresql', 'db.statement': noteById },
      });
      trace.withSpan({ spanId: `work${n}`, under: `orm${n}` });
      trace.withQueries(1, noteById, { under: `work${n}` });
    }
    const { queries } = trace.asTrace();
    expect(queries.map(({ span }) => span.name)).toEqual(['pg.query', 'pg.query', 'pg.query']);
  });

  test('of another database below a query count beside it', () => {
    const trace = aTrace()
      .withSpan({ spanId: 'outer', attributes: { ...postgres, 'db.query.text': noteById } })
      .withQueries(2, userById, { under: 'outer', attributes: { 'db.system.name': 'mysql' } });
    expect(trace.asTrace().queries).toHaveLength(3);
  });

  test('under an outer query of each of two systems count once each', () => {
    const trace = aTrace()
      .withSpan({ spanId: 'a', attributes: { ...postgres, 'db.query.text': noteById } })
      .withSpan({
        spanId: 'b',
        under: 'a',
        attributes: { 'db.system.name': 'mysql', 'db.query.text': userById },
      })
      .withQueries(1, noteById, { under: 'b' })
      .withQueries(1, userById, { under: 'b', attributes: { 'db.system.name': 'mysql' } });
    expect(trace.asTrace().queries.map(({ span }) => span.spanId)).toEqual(['q2', 'q3']);
  });

  test('leave out connects, transactions, sessions and pings', () => {
    const trace = aTrace()
      .withSpan({ name: 'pg.connect', attributes: postgres })
      .withQueries(1, 'BEGIN')
      .withQueries(1, 'SET a = 1')
      .withQueries(1, 'SELECT 1')
      .withQueries(1, noteById)
      .withQueries(1, 'COMMIT');
    expect(trace.asTrace().queries).toHaveLength(1);
  });

  test('are put in order of start, then of end, whatever order they arrive in', () => {
    forSeeds(50, (random) => {
      const trace = aTrace().withQueries(3, noteById, { everyMs: 0 }).withQueries(3, userById);
      trace.withQueries(2, noteById, { atMs: 0, eachMs: 0.5, everyMs: 0 });
      const { spans, root } = trace;
      const statements = new Statements(resolveEngineOptions());
      const { queries } = new Trace(root, shuffled(random, spans), 'x', statements);
      const ids = inOrderOfStart([...queries]).map(({ span }) => span.spanId);
      expect(ids).toEqual(['q6', 'q7', 'q0', 'q1', 'q2', 'q3', 'q4', 'q5']);
    });
  });
});

describe('the tree of a trace', () => {
  const trace = aTrace()
    .withSpan({ spanId: 'a' })
    .withSpan({ spanId: 'b', under: 'a' })
    .withSpan({ spanId: 'orphan', under: 'gone' })
    .withSpan({ spanId: 'c', under: 'd' })
    .withSpan({ spanId: 'd', under: 'c' })
    .withSpan({ spanId: 'self', under: 'self' });
  const byId = new Map(trace.spans.map((span) => [span.spanId, span]));
  const built = trace.asTrace();

  test('knows parents and depths', () => {
    expect(built.parentOf(byId.get('b')!)?.spanId).toBe('a');
    expect(built.parentOf(trace.root)).toBeUndefined();
    expect(['root', 'a', 'b'].map((id) => built.depthOf(byId.get(id)!))).toEqual([0, 1, 2]);
  });

  test('starts anew where a parent never arrived', () => {
    expect(built.parentOf(byId.get('orphan')!)).toBeUndefined();
    expect(built.depthOf(byId.get('orphan')!)).toBe(0);
  });

  test('comes to an end in a cycle', () => {
    for (const id of ['c', 'd', 'self']) {
      expect(Number.isInteger(built.depthOf(byId.get(id)!))).toBe(true);
    }
  });

  test('a query that is its own parent is a query', () => {
    const odd = aTrace();
    odd.withSpan({
      spanId: 'self',
      under: 'self',
      attributes: { ...postgres, 'db.query.text': noteById },
    });
    odd.withQueries(2, noteById);
    expect(odd.asTrace().queries).toHaveLength(3);
  });

  test('has an id even without a root', () => {
    const statements = new Statements(resolveEngineOptions());
    expect(new Trace(undefined, [aSpan({ traceId: 't' })], '', statements).traceId).toBe('t');
    expect(new Trace(undefined, [], '', statements).traceId).toBe('');
  });
});
