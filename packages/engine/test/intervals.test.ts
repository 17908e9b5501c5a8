import { describe, expect, test } from '@jest/globals';
import { timingOf } from '../src/intervals.ts';
import type { Timing } from '../src/intervals.ts';
import { aSpan, someDayMs } from './build.ts';
import { forSeeds } from './random.ts';

const timing = (...times: [startMs: number, durationMs: number][]): Timing =>
  timingOf(times.map(([start, durationMs]) => aSpan({ startMs: someDayMs + start, durationMs })));

describe('the wall time of calls', () => {
  test('that follow each other is the sum of their durations', () => {
    expect(timing([0, 5], [5, 5], [20, 5])).toEqual({
      costMs: 15,
      slowestMs: 5,
      isParallel: false,
    });
  });

  test('that run at once is the time any of them ran', () => {
    expect(timing([0, 10], [0, 8], [1, 9])).toEqual({
      costMs: 10,
      slowestMs: 10,
      isParallel: true,
    });
  });

  test('that run in pairs with long pauses is not the sum', () => {
    const times: [number, number][] = [0, 100, 200].flatMap((at) => [
      [at, 10],
      [at, 10],
    ]);
    const { costMs, isParallel } = timing(...times);
    expect(isParallel).toBe(true);
    expect(costMs).toBeCloseTo(30, 3);
  });

  test('is the sum where the clock only seems to make them overlap', () => {
    // Really at 0.9, 1.8 and 2.7 ms: one after another, written down on whole milliseconds.
    expect(timing([0, 0.9], [1, 0.9], [2, 0.9]).isParallel).toBe(false);
    expect(timing([0, 1.6], [1, 1.6], [3, 1.6])).toMatchObject({
      costMs: expect.closeTo(4.8),
      isParallel: null,
    });
  });

  test('tells short calls of one millisecond apart from one call', () => {
    expect(timing(...Array.from({ length: 10 }, (): [number, number] => [0, 0.5]))).toMatchObject({
      isParallel: true,
    });
  });

  test('of one call is its duration', () => {
    expect(timing([3, 0.1234])).toEqual({ costMs: 0.1234, slowestMs: 0.1234, isParallel: false });
    expect(timing([3, 0])).toEqual({ costMs: 0, slowestMs: 0, isParallel: false });
  });
});

test('calls one after another never pass for parallel ones, however their starts are cut', () => {
  forSeeds(2000, (random) => {
    let at = random() * 10;
    let sumMs = 0;
    const times = Array.from({ length: 2 + Math.floor(random() * 40) }, (): [number, number] => {
      const durationMs = random() * (random() < 0.5 ? 0.8 : 20);
      const startMs = Math.floor(at);
      at += durationMs + random() * 0.3;
      sumMs += durationMs;
      return [startMs, durationMs];
    });
    const { costMs, isParallel } = timing(...times);
    expect(isParallel).not.toBe(true);
    expect(costMs).toBeCloseTo(sumMs, 6);
  });
});

test('the cost is never more than the sum, nor than the time from first to last', () => {
  forSeeds(2000, (random) => {
    const times = Array.from({ length: 1 + Math.floor(random() * 20) }, (): [number, number] => [
      Math.floor(random() * 50),
      random() * 30,
    ]).sort(([a], [b]) => a - b);
    const { costMs, slowestMs } = timing(...times);
    const sumMs = times.reduce((sum, [, durationMs]) => sum + durationMs, 0);
    const untilMs = Math.max(...times.map(([start, duration]) => start + duration));
    expect(costMs).toBeLessThanOrEqual(sumMs + 0.01);
    expect(costMs).toBeLessThanOrEqual(untilMs - times[0]![0] + 1.01);
    expect(costMs).toBeGreaterThanOrEqual(slowestMs - 0.01);
  });
});
