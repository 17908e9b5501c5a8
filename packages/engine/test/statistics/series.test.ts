import { describe, expect, test } from '@jest/globals';
import { callRings, endpointRings } from '../../src/statistics/range.ts';
import { Series } from '../../src/statistics/series.ts';
import type { Reading } from '../../src/statistics/series.ts';
import { Sketch } from '../../src/statistics/sketch.ts';
import { SlotMemory } from '../../src/statistics/slot-memory.ts';
import { forSeeds, oneOf } from '../random.ts';
import { someDayMs } from '../build.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;

const unlimited = (): SlotMemory => new SlotMemory(Infinity, () => undefined);
const anEndpoint = (historyMs = hourMs, memory = unlimited()): Series =>
  new Series(endpointRings({ windowMs: minuteMs, historyMs }), memory);

const qs = [0, 0.1, 0.5, 0.9, 0.95, 0.99, 1];
function facts({ tally }: Pick<Reading, 'tally'>): unknown {
  const { count, failed, minMs, maxMs, sketch } = tally;
  return [count, failed, minMs, maxMs, ...qs.map((q) => sketch.quantile(q))];
}

describe('the sliding window', () => {
  const countAt = (series: Series, nowMs: number): number =>
    series.read(minuteMs, nowMs).tally.count;

  test('reads a value for five sixths of the window at least, and no longer than the window', () => {
    forSeeds(300, (random) => {
      const series = anEndpoint();
      const addedMs = someDayMs + Math.floor(random() * 100_000);
      series.add(7, false, addedMs);
      expect(countAt(series, addedMs + 50_000)).toBe(1);
      expect(countAt(series, addedMs + 60_000)).toBe(0);
    });
  });

  test('lets slots expire one by one', () => {
    const series = anEndpoint();
    for (let n = 0; n < 6; n++) series.add(n + 1, false, someDayMs + n * 10_000);
    const counts = Array.from({ length: 7 }, (_, n) =>
      countAt(series, someDayMs + 50_000 + n * 10_000),
    );
    expect(counts).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });

  test('holds nothing old after a pause of any length', () => {
    for (const pauseMs of [60_000, 61_000, 600_000, 1e9, 1e15]) {
      const series = anEndpoint();
      series.add(1, false, someDayMs);
      series.add(9, false, someDayMs + pauseMs);
      const { tally } = series.read(minuteMs, someDayMs + pauseMs);
      expect(tally).toMatchObject({ count: 1, minMs: 9 });
    }
  });

  test('keeps everything while time stands still or goes back', () => {
    const series = anEndpoint();
    series.add(1, false, someDayMs);
    series.add(2, false, someDayMs);
    series.add(3, false, someDayMs - hourMs);
    expect(countAt(series, someDayMs - 1e9)).toBe(3);
    expect(series.read(minuteMs, someDayMs).tally.maxMs).toBe(3);
    expect(countAt(series, someDayMs + minuteMs)).toBe(0);
  });

  test('takes times from zero on, below it, and none at all', () => {
    for (const startMs of [0, -1, -123_456]) {
      const series = anEndpoint();
      series.add(1, false, startMs);
      series.add(2, false, startMs + 10_000);
      expect(countAt(series, startMs + 20_000)).toBe(2);
      expect(countAt(series, startMs + 70_000)).toBe(0);
    }
    const series = anEndpoint();
    series.add(1, false, Number.NaN);
    series.add(1, false, someDayMs);
    expect(countAt(series, someDayMs)).toBe(1);
  });
});

describe.each([
  ['an endpoint', endpointRings],
  ['a query shape or a cache', callRings],
])('the rings of %s', (_name, rings) => {
  test('equal one sketch that was fed what each range still holds', () => {
    forSeeds(20, (random) => {
      const historyMs = oneOf(random, [hourMs, dayMs, weekMs]);
      const sizes = rings({ windowMs: minuteMs, historyMs });
      const series = new Series(sizes, unlimited());
      const fed: [atMs: number, ms: number, hasFailed: boolean][] = [];
      let nowMs = someDayMs + random() * dayMs;
      const stepMs = oneOf(random, [2 * secondMs, 2 * minuteMs, hourMs, 5 * hourMs]);
      for (let n = 0; n < 1500; n++) {
        nowMs += random() * stepMs * 2;
        const [ms, hasFailed] = [Math.exp(random() * 8), random() < 0.1];
        series.add(ms, hasFailed, nowMs);
        fed.push([nowMs, ms, hasFailed]);
      }
      for (const { windowMs: rangeMs } of sizes) {
        const reading = series.read(rangeMs, nowMs);
        // Slots are whole: which values are in the range is known to the coarsest slot.
        const live = fed.filter(([atMs]) => atMs >= reading.fromMs);
        const sketch = new Sketch();
        for (const [, ms] of live) sketch.insert(ms);
        const failed = live.filter(([, , hasFailed]) => hasFailed).length;
        const { minMs, maxMs } = sketch;
        expect(facts(reading)).toEqual(
          facts({ tally: { count: live.length, failed, minMs, maxMs, sketch } as never }),
        );
        const coarsestMs = Math.max(...sizes.map((ring) => ring.windowMs / ring.slotCount));
        expect(nowMs - reading.fromMs).toBeLessThanOrEqual(rangeMs);
        expect(nowMs - reading.fromMs).toBeGreaterThan(rangeMs - coarsestMs);
      }
    });
  });
});

describe('what a series costs', () => {
  test('is what its slots hold: 4 bytes a step that was hit, and nothing for empty slots', () => {
    const series = anEndpoint();
    for (let n = 0; n < 60; n++) series.add(12, false, someDayMs + n * minuteMs);
    const sizeBytes = series.sizeBytes;
    expect(sizeBytes).toBeLessThan(60 * 200 + 512);
    const quiet = anEndpoint();
    quiet.add(12, false, someDayMs);
    quiet.add(12, false, someDayMs + 59 * minuteMs);
    expect(quiet.sizeBytes).toBeLessThan(2 * 200 + 512);
  });

  test('ends: what is too old is given back', () => {
    const memory = unlimited();
    const series = anEndpoint(weekMs, memory);
    for (let n = 0; n < 1000; n++) series.add(n % 50, false, someDayMs + n * hourMs);
    const bound = memory.usedBytes;
    for (let n = 1000; n < 5000; n++) series.add(n % 50, false, someDayMs + n * hourMs);
    expect(memory.usedBytes).toBeLessThanOrEqual(1.1 * bound);
    series.advance(someDayMs + 5000 * hourMs + 3 * weekMs);
    expect(memory.usedBytes).toBe(0);
  });

  test('has a cap, beyond which totals stay exact and quantiles are of the slots that fitted', () => {
    let lost = 0;
    const memory = new SlotMemory(1500, () => lost++);
    const series = anEndpoint(hourMs, memory);
    for (let n = 0; n < 1000; n++) series.add(1 + (n % 100), n % 4 === 0, someDayMs + n * secondMs);
    const { tally } = series.read(hourMs, someDayMs + 1000 * secondMs);
    expect(tally).toMatchObject({ count: 1000, failed: 250, minMs: 1, maxMs: 100, sumMs: 50_500 });
    expect(lost).toBeGreaterThan(0);
    expect(tally.sketch.count).toBeLessThan(1000);
    expect(tally.sketch.quantile(0.5)).toBeGreaterThan(1);
  });
});

describe('the range before', () => {
  test('is read from the slots that left, also from the last ring', () => {
    const series = anEndpoint();
    for (let n = 0; n < 120; n++) series.add(n < 60 ? 10 : 20, n < 60, someDayMs + n * minuteMs);
    const { tally, before } = series.read(hourMs, someDayMs + 119 * minuteMs);
    expect([tally.count, tally.failed, tally.sumMs]).toEqual([60, 0, 1200]);
    expect(before).toEqual({ count: 60, failed: 60, sumMs: 600 });
  });

  test('is empty where nothing came', () => {
    const series = anEndpoint();
    series.add(5, false, someDayMs);
    expect(series.read(hourMs, someDayMs).before.count).toBe(0);
  });
});

test('calls without a known duration are counted and have no quantiles', () => {
  const series = anEndpoint();
  for (let n = 0; n < 10; n++) series.add(null, n < 3, someDayMs + n * minuteMs);
  const { tally } = series.read(hourMs, someDayMs + 10 * minuteMs);
  expect([tally.count, tally.failed, tally.minMs, tally.sketch.quantile(0.5)]).toEqual([
    10,
    3,
    Infinity,
    null,
  ]);
});

test('a window as long as the history, and longer, is one ring', () => {
  for (const windowMs of [hourMs, 2 * hourMs, dayMs]) {
    const series = new Series(endpointRings({ windowMs, historyMs: hourMs }), unlimited());
    series.add(1, false, someDayMs);
    expect(series.read(hourMs, someDayMs + 1).tally.count).toBe(1);
    expect(series.read(windowMs, someDayMs + windowMs / 2).tally.count).toBe(1);
  }
});
