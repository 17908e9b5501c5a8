import { describe, expect, test } from '@jest/globals';
import { resolveEngineOptions } from '../../src/options.ts';
import type { Query } from '../../src/database.ts';
import { groupsUnderAncestors, sameCalls } from '../../src/rules/call-groups.ts';
import type { CallGroup } from '../../src/rules/call-groups.ts';
import { Statements } from '../../src/sql/statements.ts';
import { Trace } from '../../src/trace.ts';
import type { TraceBuilder } from '../build.ts';
import { aTrace, noteById, userById } from '../build.ts';
import { forSeeds, oneOf, shuffled } from '../random.ts';

interface Group {
  ids: string[];
  under: string | undefined;
  site: string | undefined;
}

function queryGroups(trace: Trace, least: number): CallGroup<Query>[] {
  const sets = sameCalls(trace.queries, ({ statement }) => statement.shape, least);
  return groupsUnderAncestors(trace, sets, least);
}

function groupsOf(trace: TraceBuilder, least = 5): Group[] {
  return queryGroups(trace.asTrace(), least).map(({ calls, ancestor, callSite }) => ({
    ids: calls.map(({ span }) => span.spanId),
    under: ancestor?.spanId,
    site: callSite?.function ?? undefined,
  }));
}
const sizes = (trace: TraceBuilder, least = 5): number[] =>
  groupsOf(trace, least).map(({ ids }) => ids.length);

describe('calls are grouped', () => {
  test('one after another, in parallel, and interleaved', () => {
    expect(sizes(aTrace().withQueries(5, noteById))).toEqual([5]);
    expect(sizes(aTrace().withQueries(7, noteById, { everyMs: 0 }))).toEqual([7]);
    const abab = aTrace()
      .withQueries(5, noteById, { atMs: 0, everyMs: 4 })
      .withQueries(6, userById, { atMs: 2, everyMs: 4 });
    expect(sizes(abab)).toEqual([5, 6]);
  });

  test('through other spans between them', () => {
    const trace = aTrace();
    for (let n = 0; n < 5; n++) {
      trace.withSpan({ name: 'pg-pool.connect', attributes: { 'db.system.name': 'postgresql' } });
      trace.withQueries(1, noteById).withQueries(1, `SELECT c${n} FROM t`);
    }
    expect(sizes(trace)).toEqual([5]);
  });

  test('at the lowest ancestor that holds enough of them', () => {
    const trace = aTrace()
      .withSpan({ spanId: 'handler' })
      .withSpan({ spanId: 'load', under: 'handler' })
      .withQueries(5, noteById, { under: 'load' });
    expect(groupsOf(trace)).toEqual([expect.objectContaining({ under: 'load' })]);
  });

  test('at a common ancestor when each has a parent of its own', () => {
    const trace = aTrace().withSpan({ spanId: 'handler' });
    for (let n = 0; n < 5; n++) {
      trace.withSpan({ spanId: `outer${n}`, under: 'handler' });
      trace.withSpan({ spanId: `inner${n}`, under: `outer${n}` });
      trace.withQueries(1, noteById, { under: n % 2 === 0 ? `inner${n}` : `outer${n}` });
    }
    expect(groupsOf(trace)).toEqual([
      { ids: ['q3', 'q6', 'q9', 'q12', 'q15'], under: 'handler', site: undefined },
    ]);
  });

  test('apart when they come from different places', () => {
    const from = (name: string) => ({ from: { function: name } });
    const trace = aTrace()
      .withQueries(4, noteById, from('one'))
      .withQueries(4, noteById, from('two'));
    expect(sizes(trace)).toEqual([]);
    expect(groupsOf(trace, 4).map(({ site }) => site)).toEqual(['one', 'two']);
  });

  test('by place before they are rolled up, so that a mixed parent hides nothing', () => {
    const trace = aTrace();
    for (let n = 0; n < 4; n++) {
      trace.withSpan({ spanId: `turn${n}` });
      trace.withQueries(3, noteById, { under: `turn${n}`, from: { function: 'loop' } });
      trace.withQueries(2, noteById, { under: `turn${n}`, from: { function: `other${n}` } });
    }
    expect(groupsOf(trace).map(({ ids, site, under }) => [ids.length, site, under])).toEqual([
      [12, 'loop', 'root'],
    ]);
  });

  test('with those before them when they have no place of their own', () => {
    const trace = aTrace()
      .withQueries(1, noteById)
      .withQueries(2, noteById, { from: { function: 'one' } })
      .withQueries(3, noteById)
      .withQueries(6, noteById, { from: { function: 'two' } });
    expect(groupsOf(trace).map(({ ids, site }) => [site, ids.length])).toEqual([
      ['one', 6],
      ['two', 6],
    ]);
  });

  test('apart when they go to different databases', () => {
    const trace = aTrace();
    for (const attributes of [
      { 'db.namespace': 'a' },
      { 'db.namespace': 'b' },
      { 'db.namespace': 'a', 'server.address': 'x' },
      { 'db.namespace': 'a', 'server.address': 'x', 'server.port': 5433 },
    ]) {
      trace.withQueries(4, noteById, { attributes });
    }
    expect(sizes(trace)).toEqual([]);
    expect(sizes(trace, 4)).toEqual([4, 4, 4, 4]);
  });

  test('apart when some of them are allowed to repeat', () => {
    const allowed = { attributes: { 'spandrel.allow_repeats': 'on purpose' } };
    const trace = aTrace().withQueries(4, noteById).withQueries(4, noteById, allowed);
    expect(sizes(trace)).toEqual([]);
    expect(sizes(trace, 4)).toEqual([4, 4]);
  });

  test('never below the threshold, and from it on', () => {
    expect(sizes(aTrace().withQueries(4, noteById))).toEqual([]);
    expect(sizes(aTrace().withQueries(2, noteById), 2)).toEqual([2]);
  });

  test('also where the way up to the root is broken or goes in a circle', () => {
    const trace = aTrace();
    trace.withSpan({ spanId: 'a', under: 'b' }).withSpan({ spanId: 'b', under: 'a' });
    trace.withQueries(2, noteById, { under: 'a' }).withQueries(2, noteById, { under: 'b' });
    trace.withQueries(1, noteById, { under: 'gone' });
    expect(groupsOf(trace)).toEqual([
      { ids: ['q2', 'q3', 'q4', 'q5', 'q6'], under: undefined, site: undefined },
    ]);
  });
});

test('events stand under the span that carries them', () => {
  const trace = aTrace().withSpan({ spanId: 'reader' }).asTrace();
  const span = trace.spans.find(({ spanId }) => spanId === 'reader')!;
  const events = Array.from({ length: 5 }, () => ({ span, isEvent: true }));
  const groups = groupsUnderAncestors(
    trace,
    sameCalls(events, () => 'key', 5),
    5,
  );
  expect(groups.map(({ ancestor, calls }) => [ancestor?.spanId, calls.length])).toEqual([
    ['reader', 5],
  ]);
});

test('a hundred thousand queries, each under a parent of its own in a deep chain, are grouped', () => {
  const trace = aTrace();
  let under = 'root';
  for (let n = 0; n < 100_000; n++) {
    if (n < 5000) trace.withSpan({ spanId: `level${n}`, under });
    if (n < 5000) under = `level${n}`;
    trace.withSpan({ spanId: `turn${n}`, under });
    trace.withQueries(1, noteById, { under: `turn${n}` });
  }
  const found = sizes(trace);
  expect(found.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(99_000);
});

test('the order of arrival changes no group', () => {
  forSeeds(300, (random) => {
    const trace = aTrace();
    const parents = ['root', 'gone'];
    for (let n = 0; n < 12; n++) {
      trace.withSpan({ spanId: `p${n}`, under: oneOf(random, parents) });
      parents.push(`p${n}`);
    }
    for (let n = 0; n < 60; n++) {
      const name = oneOf(random, [undefined, 'one', 'two']);
      trace.withQueries(1, oneOf(random, [noteById, userById]), {
        under: oneOf(random, parents),
        atMs: Math.floor(random() * 40),
        ...(name === undefined ? {} : { from: { function: name } }),
      });
    }
    const { root, spans } = trace;
    const described = (order: typeof spans): unknown => {
      const built = new Trace(root, order, 'x', new Statements(resolveEngineOptions()));
      return queryGroups(built, 3)
        .map(({ calls, ancestor, callSite }) =>
          [ancestor?.spanId, callSite?.function, ...calls.map(({ span }) => span.spanId)].join(),
        )
        .sort();
    };
    expect(described(shuffled(random, spans))).toEqual(described(spans));
  });
});
