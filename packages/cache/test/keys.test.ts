import { describe, expect, test } from '@jest/globals';
import { createCache } from '../src/index.ts';
import { entryKey, maxKeyLength, tagKey } from '../src/keys.ts';

/** A small generator with a seed, so that a failure can be repeated. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('a store key', () => {
  test('reads well where nothing has to be escaped', () => {
    expect(entryKey('meetings', 'user.42_list-1')).toBe('meetings:e:user.42_list-1');
    expect(tagKey('meetings', 'user:42')).toBe('meetings:t:user%3A42');
  });

  test('differs for every pair of name and key', () => {
    const seed = Number(process.env.SEED ?? 20_261_121);
    const next = numbersFrom(seed);
    const alphabet = ['a', ':', '%', '%3A', '*', 'é', '\ud800', '\udc00', 'u', 'd800', 'e', 't'];
    const text = () =>
      Array.from({ length: 1 + next(4) }, () => alphabet[next(alphabet.length)]).join('');
    const seen = new Map<string, string>();
    const collisions: string[] = [];
    for (let round = 0; round < 20_000; round += 1) {
      const [name, key] = [text(), text()];
      const pair = JSON.stringify([name, key]);
      for (const [kind, made] of [
        ['entry', entryKey(name, key)],
        ['tag', tagKey(name, key)],
      ]) {
        const owner = `${kind} ${pair}`;
        const other = seen.get(made!) ?? owner;
        if (other !== owner) collisions.push(`seed ${seed}: ${made} of ${owner} and ${other}`);
        seen.set(made!, owner);
      }
    }
    expect(collisions).toEqual([]);
  });

  test('holds no separator that a Keyv namespace in front of it could be mistaken for', () => {
    expect(entryKey('a::b', 'c::d')).toBe('a%3A%3Ab:e:c%3A%3Ad');
  });

  test('is refused when empty, too long or no string', async () => {
    const cache = createCache();
    await expect(cache.get('')).rejects.toThrow('key must have 1 to 1024 characters, got 0');
    await expect(cache.set('x'.repeat(1_000_000), 1)).rejects.toThrow('got 1000000');
    await expect(cache.delete(5 as never)).rejects.toThrow('key must be a string, got number');
    await expect(cache.getOrCompute(null as never, () => 1)).rejects.toThrow('got null');
    await expect(cache.invalidateTag('')).rejects.toThrow('tag must have 1 to 1024 characters');
    await expect(cache.set('key', 1, { tags: 'tag' as never })).rejects.toThrow(
      'tags must be an array, got string',
    );
    const tooMany = Array.from({ length: 65 }, (_, index) => `tag-${index}`);
    await expect(cache.invalidateTags(tooMany)).rejects.toThrow('tags must be at most 64, got 65');
    await expect(cache.get('key', { keyPattern: '' })).rejects.toThrow('keyPattern must have');
    expect(await cache.set('x'.repeat(maxKeyLength), 1)).toBe(true);
  });
});
