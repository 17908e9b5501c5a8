import { describe, expect, test } from '@jest/globals';
import { createCache, ttlLevels } from '../src/index.ts';
import type { Ttl } from '../src/index.ts';
import { ttlToMs } from '../src/ttl.ts';

describe('a lifetime', () => {
  test.each<[Ttl, number]>([
    [1, 1],
    [1_500, 1_500],
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['30d', 2_592_000_000],
    ['short', 60_000],
    ['medium', 300_000],
    ['long', 600_000],
    ['veryLong', 1_800_000],
  ])('%p is %p ms', (ttl, ms) => {
    expect(ttlToMs(ttl)).toBe(ms);
  });

  const refused = [
    0,
    -1,
    0.5,
    NaN,
    Infinity,
    -Infinity,
    2_592_000_001,
    '31d',
    '0s',
    '-5m',
    '5',
    '5 m',
    '5M',
    'm',
    '',
    '1e3s',
    'forever',
    'toString',
    null,
    {},
    [5],
    true,
    5n,
  ];

  test.each(refused)('%p is refused everywhere, with the value in the message', async (value) => {
    const ttl = value as Ttl;
    const message = /^ttl must be 1 ms to 30 days, .* got /;
    expect(() => createCache({ ttl })).toThrow(message);
    const cache = createCache();
    await expect(cache.set('key', 1, { ttl })).rejects.toThrow(message);
    let loads = 0;
    const load = () => (loads += 1);
    await expect(cache.getOrCompute('key', load, { ttl })).rejects.toThrow(message);
    expect(loads).toBe(0);
    expect(await cache.get('key')).toBeUndefined();
  });

  test('has levels that nobody can change', () => {
    expect(Object.isFrozen(ttlLevels)).toBe(true);
  });
});
