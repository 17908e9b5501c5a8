import { expect, test } from '@jest/globals';
import { Sketch } from '../../src/statistics/sketch.ts';
import { SlidingSketch } from '../../src/statistics/window.ts';
import { forSeeds } from '../random.ts';
import { someDayMs } from '../build.ts';

const aWindow = (): SlidingSketch => new SlidingSketch(60_000, 6);

test('a value is read for five sixths of the window at least, and no longer than the window', () => {
  forSeeds(500, (random) => {
    const window = aWindow();
    const insertedMs = someDayMs + Math.floor(random() * 100_000);
    window.insert(7, insertedMs);
    expect(window.read(insertedMs + 50_000).count).toBe(1);
    expect(window.read(insertedMs + 60_000).count).toBe(0);
  });
});

test('slots expire one by one', () => {
  const window = aWindow();
  for (let n = 0; n < 6; n++) window.insert(n + 1, someDayMs + n * 10_000);
  const counts = Array.from(
    { length: 7 },
    (_, n) => window.read(someDayMs + 50_000 + n * 10_000).count,
  );
  expect(counts).toEqual([6, 5, 4, 3, 2, 1, 0]);
});

test('after a pause of any length nothing old is left', () => {
  for (const pauseMs of [60_000, 61_000, 600_000, 1e9, 1e15]) {
    const window = aWindow();
    window.insert(1, someDayMs);
    window.insert(9, someDayMs + pauseMs);
    expect(window.read(someDayMs + pauseMs)).toMatchObject({ count: 1, minMs: 9 });
  }
});

test('time that stands still or goes back changes nothing that is kept', () => {
  const window = aWindow();
  window.insert(1, someDayMs);
  window.insert(2, someDayMs);
  window.insert(3, someDayMs - 3_600_000);
  expect(window.read(someDayMs - 1e9).count).toBe(3);
  expect(window.read(someDayMs).maxMs).toBe(3);
  expect(window.read(someDayMs + 60_000).count).toBe(0);
});

test('time may start at zero, or below it', () => {
  for (const startMs of [0, -1, -123_456]) {
    const window = aWindow();
    window.insert(1, startMs);
    window.insert(2, startMs + 10_000);
    expect(window.read(startMs + 20_000).count).toBe(2);
    expect(window.read(startMs + 70_000).count).toBe(0);
  }
});

test('a read after a read is the same object until something changes', () => {
  const window = aWindow();
  window.insert(1, someDayMs);
  const first = window.read(someDayMs);
  expect(window.read(someDayMs + 1)).toBe(first);
  window.insert(2, someDayMs);
  expect(window.read(someDayMs)).not.toBe(first);
});

test('equals a sketch of the values of the live slots', () => {
  forSeeds(100, (random) => {
    const window = aWindow();
    const fed: [atMs: number, value: number][] = [];
    let nowMs = someDayMs;
    for (let n = 0; n < 300; n++) {
      nowMs += Math.floor(random() * 2000);
      const value = random() * 1000;
      window.insert(value, nowMs);
      fed.push([nowMs, value]);
    }
    const firstSlot = Math.floor(nowMs / 10_000) - 5;
    const live = new Sketch();
    for (const [atMs, value] of fed) if (Math.floor(atMs / 10_000) >= firstSlot) live.insert(value);
    const read = window.read(nowMs);
    const qs = [0.5, 0.95, 0.99, 1];
    expect([read.count, ...qs.map((q) => read.quantile(q))]).toEqual([
      live.count,
      ...qs.map((q) => live.quantile(q)),
    ]);
  });
});
