import { expect, test } from '@jest/globals';
import { hasBackoffAt } from '../../src/calls/backoff.ts';
import { retryChainsOf } from '../../src/calls/retries.ts';
import { SpanKind, StatusCode } from '../../src/types.ts';
import { aTrace, someDayMs } from '../build.ts';

interface Call {
  readonly atMs: number;
  readonly fails?: boolean;
  readonly path?: string;
  readonly forMs?: number;
}

function chainsOf(...calls: Call[]): string[][] {
  const trace = aTrace();
  calls.forEach(({ atMs, fails = false, path = '/a', forMs = 10 }, n) => {
    trace.withSpan({
      spanId: `${n}`,
      kind: SpanKind.client,
      startMs: someDayMs + atMs,
      durationMs: forMs,
      statusCode: fails ? StatusCode.error : StatusCode.unset,
      attributes: { 'http.request.method': 'GET', 'url.full': `http://host${path}` },
    });
  });
  return retryChainsOf(trace.asTrace()).map(({ attempts }) =>
    attempts.map(({ span }) => span.spanId),
  );
}

test('a chain goes on until it works', () => {
  const fails = true;
  expect(chainsOf({ atMs: 0, fails }, { atMs: 11, fails }, { atMs: 22 }, { atMs: 33 })).toEqual([
    ['0', '1', '2'],
  ]);
});

test('a success before is no part of it', () => {
  expect(chainsOf({ atMs: 0 }, { atMs: 11, fails: true }, { atMs: 22 })).toEqual([['1', '2']]);
});

test('calls in flight at the same time are no retries of each other', () => {
  const fails = true;
  expect(chainsOf({ atMs: 0, fails }, { atMs: 5, fails }, { atMs: 8, fails })).toEqual([]);
});

test('two at once that are both tried again are two chains', () => {
  const fails = true;
  const chains = chainsOf(
    { atMs: 0, fails },
    { atMs: 1, fails },
    { atMs: 20, fails },
    { atMs: 21, fails },
  );
  expect(chains.map((chain) => chain.length)).toEqual([2, 2]);
});

test('another path is another call', () => {
  expect(chainsOf({ atMs: 0, fails: true }, { atMs: 11, path: '/b' })).toEqual([]);
});

test('a pause backs off when it grows by half, or lasts a second', () => {
  const grown = (...pausesMs: number[]): boolean[] =>
    pausesMs.map((_, at) => hasBackoffAt(pausesMs, at));
  expect(grown(100, 150, 300, 310)).toEqual([false, true, true, false]);
  expect(grown(1000, 1000)).toEqual([true, true]);
  expect(grown(0.2, 0.9, 3)).toEqual([false, false, false]);
});
