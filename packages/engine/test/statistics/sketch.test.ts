import { describe, expect, test } from '@jest/globals';
import { Sketch } from '../../src/statistics/sketch.ts';
import { forSeeds, randomFrom } from '../random.ts';

const quantiles = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];
/** Half a step of 128 in an octave. */
const bound = 1 / 256;
/** Values are rounded to whole microseconds. */
const roundingMs = 0.0005;

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.insert(value);
  return sketch;
}

/** By nearest rank, as the sketch says it does. */
function exactQuantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const distributions: Record<string, (random: () => number) => number> = {
  uniform: (random) => random() * 1000,
  exponential: (random) => -20 * Math.log(1 - random()),
  'log-normal': (random) => Math.exp(2 + 1.5 * normal(random)),
  'Pareto with a long tail': (random) => 0.2 / (1 - random()) ** 1.2,
  'two peaks far apart': (random) => (random() < 0.9 ? 1 + random() : 5000 + 100 * random()),
  constant: () => 12.345678,
  'a few microseconds': (random) => 0.1 + random() * 0.4,
  'hours and days': (random) => 3_600_000 * (1 + random() * 100),
  'whole milliseconds': (random) => Math.floor(random() * 50),
};

describe('quantiles are at most 0.4 % off', () => {
  test.each(Object.entries(distributions))('of %s', (_name, draw) => {
    const random = randomFrom(7);
    for (const size of [1, 2, 10, 1000, 50_000]) {
      const values = Array.from({ length: size }, () => draw(random));
      const sketch = sketchOf(values);
      values.sort((a, b) => a - b);
      for (const q of quantiles) {
        const exact = exactQuantile(values, q);
        const allowed = exact * bound * 1.000_001 + roundingMs;
        expect(Math.abs(sketch.quantile(q)! - exact)).toBeLessThanOrEqual(allowed);
      }
    }
  });

  test('over the whole range, at the edges of every step', () => {
    for (let us = 128; us < 2 ** 44; us = Math.ceil(us * 1.003) + 1) {
      for (const ms of [us / 1000, (us + 0.4999) / 1000, (us + 0.5) / 1000]) {
        // With a smaller and a larger value beside it, so that neither end answers for it.
        const middle = sketchOf([ms / 2, ms, ms * 2]).quantile(0.5)!;
        expect(Math.abs(middle / ms - 1)).toBeLessThanOrEqual(0.004);
      }
    }
  });
});

describe('merging', () => {
  test('equals feeding everything, bit for bit, in any order', () => {
    forSeeds(200, (random) => {
      const draw = Object.values(distributions)[Math.floor(random() * 9)]!;
      const parts = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
        Array.from({ length: Math.floor(random() * 200) }, () => draw(random)),
      );
      const fed = sketchOf(parts.flat());
      const merged = new Sketch();
      for (const part of [...parts].sort(() => random() - 0.5)) merged.merge(sketchOf(part));
      const read = (sketch: Sketch): unknown => [
        sketch.count,
        sketch.minMs,
        sketch.maxMs,
        ...quantiles.map((q) => sketch.quantile(q)),
      ];
      expect(read(merged)).toEqual(read(fed));
    });
  });

  test('of packed steps equals merging the sketches they are of', () => {
    forSeeds(100, (random) => {
      const draw = Object.values(distributions)[Math.floor(random() * 9)]!;
      const [one, other] = [30, 300].map((size) =>
        sketchOf(Array.from({ length: Math.floor(random() * size) }, () => draw(random))),
      ) as [Sketch, Sketch];
      const packed = new Sketch();
      for (const part of [one, other])
        packed.addSteps(part.steps(), part.minMs ?? 0, part.maxMs ?? 0);
      one.merge(other);
      const read = (sketch: Sketch): unknown => quantiles.map((q) => sketch.quantile(q));
      expect([packed.count, packed.minMs, read(packed)]).toEqual([one.count, one.minMs, read(one)]);
    });
  });

  test('of packed steps holds more values in one step than fit in one number', () => {
    const sketch = new Sketch();
    for (let n = 0; n < 1_200_000; n++) sketch.insert(3);
    const copy = new Sketch();
    copy.addSteps(sketch.steps(), 3, 3);
    expect([sketch.steps().length, copy.count]).toEqual([3, 1_200_000]);
  });

  test('leaves the other sketch as it was, and nothing changes nothing', () => {
    const one = sketchOf([1, 2, 3]);
    const other = sketchOf([1000, 2000]);
    one.merge(other);
    one.merge(new Sketch());
    expect([one.count, one.maxMs, other.count, other.minMs]).toEqual([5, 2000, 2, 1000]);
    const empty = new Sketch();
    empty.merge(one);
    expect([empty.count, empty.minMs, empty.quantile(1)]).toEqual([5, 1, 2000]);
  });
});

describe('edges', () => {
  test('an empty sketch knows nothing', () => {
    const sketch = new Sketch();
    expect([sketch.count, sketch.minMs, sketch.maxMs, sketch.quantile(0.5)]).toEqual([
      0,
      null,
      null,
      null,
    ]);
  });

  test('negative values, NaN and infinities are taken as 0', () => {
    const sketch = sketchOf([-5, Number.NaN, Infinity, -Infinity, 0]);
    expect([sketch.count, sketch.minMs, sketch.maxMs, sketch.quantile(0.5)]).toEqual([5, 0, 0, 0]);
  });

  test('huge values are kept as the largest, and cost no memory', () => {
    const sketch = sketchOf([1, 1e15, Number.MAX_VALUE, 2]);
    expect(sketch.maxMs).toBe(Number.MAX_VALUE);
    expect(sketch.quantile(0.5)).toBeCloseTo(2, 2);
    expect(sketch.sizeBytes).toBeLessThan(32 * 1024);
  });

  test('least and largest are exact', () => {
    const sketch = sketchOf([12.3456789, 7.654321, 99.9999999]);
    expect([sketch.minMs, sketch.maxMs, sketch.quantile(1)]).toEqual([
      7.654321, 99.9999999, 99.9999999,
    ]);
  });

  test('the median of two values is the smaller one', () => {
    expect(sketchOf([1, 100]).quantile(0.5)).toBeCloseTo(1, 2);
  });

  test('a cleared sketch starts afresh', () => {
    const sketch = sketchOf([1, 2, 3]);
    sketch.clear();
    expect([sketch.count, sketch.minMs, sketch.quantile(0.5)]).toEqual([0, null, null]);
    sketch.insert(5);
    expect([sketch.minMs, sketch.quantile(0.5)]).toEqual([5, 5]);
  });
});

test('memory follows the range of the values, not their number', () => {
  const narrow = sketchOf(Array.from({ length: 100_000 }, (_, n) => 100 + (n % 100)));
  expect(narrow.sizeBytes).toBeLessThanOrEqual(2 * 512);
  const wide = sketchOf([0.2, 10_000]);
  // log2 of 50,000 is less than 16 octaves.
  expect(wide.sizeBytes).toBeLessThanOrEqual(17 * 512);
});
