import { expect, test } from '@jest/globals';
import { createCache } from '../src/index.ts';

test('the built-in store keeps no more entries than allowed, the last used ones', async () => {
  const cache = createCache({ maxEntries: 2 });
  await cache.set('a', 1);
  await cache.set('b', 2);
  await cache.get('a');
  await cache.set('c', 3);
  expect(await cache.get('b')).toBeUndefined();
  expect(await cache.get('a')).toBe(1);
  expect(await cache.get('c')).toBe(3);
});

test('the built-in store keeps no more bytes than allowed', async () => {
  const cache = createCache({ maxSizeBytes: 10_000 });
  for (let index = 0; index < 100; index += 1) await cache.set(`key-${index}`, 'x'.repeat(1_000));
  const there = await Promise.all(Array.from({ length: 100 }, (_, i) => cache.get(`key-${i}`)));
  expect(there.filter((value) => value !== undefined)).toHaveLength(4);
  expect(there[99]).toBeDefined();
});

test('a value larger than the whole store is refused and does not leave an old one behind', async () => {
  const cache = createCache({ maxSizeBytes: 1_000 });
  await cache.set('key', 'small');
  expect(await cache.set('key', 'x'.repeat(1_000))).toBe(false);
  expect(await cache.get('key')).toBeUndefined();
  expect(await cache.getOrCompute('key', () => 'y'.repeat(1_000))).toHaveLength(1_000);
  expect(cache.stats()).toMatchObject({ stored: 1, storeErrors: 2 });
});

test('a tag stays invalidated however many entries follow it', async () => {
  const cache = createCache({ maxEntries: 2 });
  await cache.set('key', 1, { tags: ['tag'] });
  await cache.invalidateTag('tag');
  for (let index = 0; index < 10; index += 1) {
    await cache.set(`other-${index}`, index);
    expect(await cache.get('key')).toBeUndefined();
  }
});
