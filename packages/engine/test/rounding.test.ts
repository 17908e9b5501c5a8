import { expect, test } from '@jest/globals';
import { roundedMs } from '../src/rounding.ts';

test('milliseconds keep whole microseconds, and no noise below', () => {
  const given = [12.000768, 1.1859375e-5, 0.1 + 0.2, 1.0005, 0, Infinity, Number.NaN];
  expect(given.map(roundedMs)).toEqual([12.001, 0, 0.3, 1.001, 0, Infinity, Number.NaN]);
});
