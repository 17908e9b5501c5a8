import { describe, expect, test } from '@jest/globals';
import { OwnTime } from '../src/own-time.ts';

function aTime() {
  const clock = { nowMs: 0, reads: 0 };
  const time = new OwnTime({
    nowMs: () => {
      clock.reads++;
      return clock.nowMs;
    },
    busyMs: () => clock.nowMs,
  });
  const callback = (tookMs: number): void => {
    const sinceMs = time.beginSample();
    clock.nowMs += tookMs;
    if (sinceMs >= 0) time.doneSample('end', sinceMs);
  };
  return { clock, time, callback };
}

test('judgements are measured each', () => {
  const { clock, time } = aTime();
  for (const tookMs of [2, 5, 3]) {
    const sinceMs = time.begin();
    clock.nowMs += tookMs;
    time.done('judge', sinceMs);
  }
  expect(time.spentMs.judge).toBe(10);
  expect(time.longestMs.judge).toBe(5);
});

test('exports count, but are nothing that could be shed', () => {
  const { clock, time } = aTime();
  const sinceMs = time.begin();
  clock.nowMs += 7;
  time.done('export', sinceMs);
  expect(time.spentMs.export).toBe(7);
  expect(time.sheddableMs).toBe(0);
});

describe('callbacks by sample', () => {
  test('add up to the time they took, with few looks at the clock', () => {
    const { clock, time, callback } = aTime();
    for (let n = 0; n < 100_000; n++) callback(0.001);
    expect(time.spentMs.end).toBeGreaterThan(90);
    expect(time.spentMs.end).toBeLessThan(110);
    expect(clock.reads).toBeLessThan(2 * 7_000);
  });

  test('add up in traffic that has a rhythm', () => {
    const { time, callback } = aTime();
    for (let n = 0; n < 100_000; n++) callback(n % 16 === 0 ? 0.008 : 0.001);
    const tookMs = 100 * (15 / 16) + 8 * (100 / 16);
    expect(time.spentMs.end).toBeGreaterThan(0.8 * tookMs);
    expect(time.spentMs.end).toBeLessThan(1.2 * tookMs);
  });

  test('do not multiply a pause of the machine that fell into one of them', () => {
    const { time, callback } = aTime();
    for (let n = 0; n < 10_000; n++) callback(n >= 5_000 && n < 5_032 ? 50 : 0.001);
    // At most a handful of the 32 were measured; each counts for itself, not for its seventeen.
    expect(time.spentMs.end).toBeLessThan(50 * 32);
    expect(time.longestMs.end).toBe(50);
  });
});
