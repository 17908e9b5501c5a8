import { describe, expect, test } from '@jest/globals';
import { criticalPathOf, shadowedMs, timingOnPath } from '../src/critical-path.ts';
import type { Span } from '../src/types.ts';
import { aTrace, noteById, someDayMs, userById } from './build.ts';
import type { TraceBuilder } from './build.ts';

/** Pieces as `[span, from, to]`, earliest first, in milliseconds from the root's start. */
function pathOf(trace: TraceBuilder): [string, number, number][] {
  return criticalPathOf(trace.asTrace())
    .map(({ span, startMs, endMs }): [string, number, number] => [
      span.spanId,
      startMs - someDayMs,
      endMs - someDayMs,
    ])
    .reverse();
}

function work(
  trace: TraceBuilder,
  spanId: string,
  atMs: number,
  durationMs: number,
  under = 'root',
): void {
  trace.withSpan({ spanId, under, startMs: someDayMs + atMs, durationMs });
}

describe('the critical path', () => {
  test('runs through calls that follow each other and gives the rest to their parent', () => {
    const trace = aTrace({ durationMs: 100 });
    work(trace, 'a', 10, 20);
    work(trace, 'b', 40, 50);
    expect(pathOf(trace)).toEqual([
      ['root', 0, 10],
      ['a', 10, 30],
      ['root', 30, 40],
      ['b', 40, 90],
      ['root', 90, 100],
    ]);
  });

  test('takes of parallel calls the one that ended last', () => {
    const trace = aTrace({ durationMs: 100 });
    work(trace, 'short', 10, 20);
    work(trace, 'long', 10, 80);
    expect(pathOf(trace)).toEqual([
      ['root', 0, 10],
      ['long', 10, 90],
      ['root', 90, 100],
    ]);
  });

  test('goes down into children', () => {
    const trace = aTrace({ durationMs: 100 });
    work(trace, 'handler', 0, 100);
    work(trace, 'query', 20, 30, 'handler');
    expect(pathOf(trace)).toEqual([
      ['handler', 0, 20],
      ['query', 20, 50],
      ['handler', 50, 100],
    ]);
  });

  test('is as long as the root, whatever ran in it', () => {
    const trace = aTrace({ durationMs: 100 });
    for (let n = 0; n < 30; n++) work(trace, `s${n}`, (n * 37) % 90, (n * 13) % 40);
    const sum = pathOf(trace).reduce((total, [, from, to]) => total + to - from, 0);
    expect(sum).toBeCloseTo(100, 1);
  });

  test('ignores parents in a circle, times that are no numbers and spans of nobody', () => {
    const trace = aTrace({ durationMs: 100 });
    trace.withSpan({ spanId: 'x', under: 'y' }).withSpan({ spanId: 'y', under: 'x' });
    trace.withSpan({ spanId: 'nan', durationMs: NaN });
    expect(pathOf(trace)).toEqual([['root', 0, 100]]);
  });

  test('is walked in traces deeper than the call stack', () => {
    const trace = aTrace({ durationMs: 100 });
    for (let n = 0; n < 50_000; n++) work(trace, `d${n}`, 0, 100, n === 0 ? 'root' : `d${n - 1}`);
    expect(pathOf(trace)).toEqual([['d49999', 0, 100]]);
  });
});

function spansOf(trace: TraceBuilder, sql: string): Span[] {
  return trace
    .asTrace()
    .queries.flatMap(({ span }) => (span.attributes['db.query.text'] === sql ? [span] : []));
}

describe('a group beside longer work', () => {
  const trace = aTrace({ durationMs: 200 })
    .withQueries(5, noteById, { atMs: 10, eachMs: 20 })
    .withQueries(1, userById, { atMs: 10, eachMs: 150 });

  test('costs nothing where nobody waited for it', () => {
    expect(timingOnPath(trace.asTrace(), spansOf(trace, noteById)).costMs).toBe(0);
    expect(timingOnPath(trace.asTrace(), spansOf(trace, userById)).costMs).toBe(150);
  });

  test('is credited with no saving', () => {
    expect(trace.findings()).toMatchObject([
      { repeats: 5, costMs: 0, savingMs: 0, severity: 'warning' },
    ]);
  });
});

test('loops that take turns within the clock’s step do not shadow each other', () => {
  const trace = aTrace({ durationMs: 50 });
  for (let n = 0; n < 20; n++) {
    trace.withQueries(1, noteById, { atMs: n, eachMs: 0.4 });
    trace.withQueries(1, userById, { atMs: n, eachMs: 0.5 });
  }
  expect(shadowedMs(trace.asTrace(), spansOf(trace, noteById))).toBe(0);
});
