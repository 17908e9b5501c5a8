import { expect, test } from '@jest/globals';
import { createCache } from '../src/index.ts';
import { aClock } from './builders.ts';

test('forgets the oldest tags beyond the limit and errs on the side of a miss', async () => {
  const clock = aClock();
  const cache = createCache({ maxTags: 2, now: clock.now });
  await cache.set('untagged', 1);
  await cache.set('before', 2, { tags: ['a'] });
  clock.advance(1);
  await cache.invalidateTags(['a', 'b']);
  await cache.set('between', 3, { tags: ['other'] });
  await cache.invalidateTag('c');
  await cache.set('after', 4, { tags: ['a'] });
  expect(cache.stats().forgottenTags).toBe(1);
  expect(await cache.get('before')).toBeUndefined();
  expect(await cache.get('untagged')).toBe(1);
  expect(await cache.get('between')).toBe(3);
  expect(await cache.get('after')).toBe(4);
  await cache.invalidateTags(['d', 'e']);
  await cache.invalidateTag('f');
  expect(await cache.get('between')).toBeUndefined();
  expect(await cache.get('untagged')).toBe(1);
});

test('forgets by the last time a tag was invalidated, not the first', async () => {
  const cache = createCache({ maxTags: 2, now: aClock().now });
  await cache.invalidateTag('often');
  await cache.invalidateTag('once');
  await cache.set('key', 1, { tags: ['other'] });
  await cache.invalidateTag('often');
  await cache.invalidateTag('one more');
  expect(cache.stats().forgottenTags).toBe(1);
  expect(await cache.get('key')).toBe(1);
});

test('keeps a tag invalidated when the clock is set back', async () => {
  const clock = aClock();
  const cache = createCache({ now: clock.now });
  await cache.set('old', 1, { tags: ['tag'] });
  await cache.invalidateTag('tag');
  clock.advance(-60_000);
  expect(await cache.get('old')).toBeUndefined();
  await cache.set('new', 2, { tags: ['tag'] });
  expect(await cache.get('new')).toBe(2);
});
