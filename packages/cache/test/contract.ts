import { afterAll, describe, expect, test } from '@jest/globals';
import { createCache } from '../src/index.ts';
import type { CacheOptions, CacheStore } from '../src/index.ts';
import { aClock, aGate } from './builders.ts';

export interface StoreUnderTest {
  /** A fresh way into one and the same storage; undefined for the built-in store. */
  readonly open: () => CacheStore | undefined;
  /** True when two caches opened with it see each other's entries. */
  readonly isShared: boolean;
  /** Called once at the end. */
  readonly clean?: () => Promise<void>;
}

let made = 0;

/** What every cache must do, whatever store is behind it. */
export function cacheContract(storeName: string, storeUnderTest: StoreUnderTest): void {
  describe(`a cache on ${storeName}`, () => {
    const closing: (() => Promise<void>)[] = [];
    const makeCache = (options: CacheOptions = {}) => {
      const cache = createCache({
        name: `contract-${(made += 1)}`,
        store: storeUnderTest.open(),
        storeTimeoutMs: 5_000, // a slow machine must not look like a silent store
        ...options,
      });
      closing.push(() => cache.close());
      return cache;
    };
    afterAll(async () => {
      for (const close of closing) await close();
      await storeUnderTest.clean?.();
    });

    test('gives back what was set and undefined for what was not', async () => {
      const cache = makeCache();
      expect(await cache.get('user:1')).toBeUndefined();
      expect(await cache.set('user:1', { name: 'Ada', tags: ['a', 1, null] })).toBe(true);
      expect(await cache.get('user:1')).toEqual({ name: 'Ada', tags: ['a', 1, null] });
    });

    test.each([null, 0, '', false, [], {}, 12n, ':colon', Buffer.from('bytes')])(
      'keeps %p as a value',
      async (value) => {
        const cache = makeCache();
        expect(await cache.set('key', value)).toBe(true);
        expect(await cache.get('key')).toEqual(value);
        expect(await cache.getOrCompute<unknown>('key', () => 'loaded')).toEqual(value);
      },
    );

    test('gives each reader a copy of its own', async () => {
      const cache = makeCache();
      const value = { list: [1] };
      await cache.set('key', value);
      value.list.push(2);
      (await cache.get<typeof value>('key'))?.list.push(3);
      expect(await cache.get('key')).toEqual({ list: [1] });
    });

    test('replaces a value', async () => {
      const cache = makeCache();
      await cache.set('key', 1);
      await cache.set('key', 2);
      expect(await cache.get('key')).toBe(2);
    });

    test('deletes, and says whether there was something', async () => {
      const cache = makeCache();
      await cache.set('key', 1);
      expect(await cache.delete('key')).toBe(true);
      expect(await cache.delete('key')).toBe(false);
      expect(await cache.get('key')).toBeUndefined();
    });

    test('ends an entry with its lifetime and not before', async () => {
      const clock = aClock();
      const cache = makeCache({ now: clock.now, ttl: 'short' });
      await cache.set('default', 1);
      await cache.set('own', 2, { ttl: '5m' });
      clock.advance(59_999);
      expect(await cache.get('default')).toBe(1);
      clock.advance(1);
      expect(await cache.get('default')).toBeUndefined();
      clock.advance(239_999);
      expect(await cache.get('own')).toBe(2);
      clock.advance(1);
      expect(await cache.get('own')).toBeUndefined();
    });

    test('loads on a miss, stores, and does not load again', async () => {
      const cache = makeCache();
      let loads = 0;
      const load = async () => ({ loads: (loads += 1) });
      expect(await cache.getOrCompute('key', load)).toEqual({ loads: 1 });
      expect(await cache.getOrCompute('key', load)).toEqual({ loads: 1 });
      expect(await cache.get('key')).toEqual({ loads: 1 });
    });

    test('runs one load for a hundred callers at once', async () => {
      const cache = makeCache();
      let loads = 0;
      const gate = aGate<string>();
      const load = () => {
        loads += 1;
        return gate.passed;
      };
      const calls = Array.from({ length: 100 }, () => cache.getOrCompute('key', load));
      gate.open('value');
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['value']));
      expect(loads).toBe(1);
      expect(cache.stats()).toMatchObject({ loads: 1, joined: 99, misses: 100, hits: 0 });
    });

    test('hands a loader error to everyone who waited and stores nothing', async () => {
      const cache = makeCache();
      const failure = new Error('the database is away');
      const calls = Array.from({ length: 20 }, () =>
        cache.getOrCompute('key', () => Promise.reject(failure)),
      );
      const results = await Promise.allSettled(calls);
      expect(results.every((one) => one.status === 'rejected' && one.reason === failure)).toBe(
        true,
      );
      expect(cache.stats()).toMatchObject({ loads: 1, loadErrors: 1, joined: 19 });
      expect(await cache.getOrCompute('key', () => 'recovered')).toBe('recovered');
    });

    test('hands on what a loader throws before it returns a promise', async () => {
      const cache = makeCache();
      const load = () => {
        throw new Error('at once');
      };
      await expect(cache.getOrCompute('key', load)).rejects.toThrow('at once');
    });

    test('returns undefined from a loader and does not store it', async () => {
      const cache = makeCache();
      expect(await cache.getOrCompute('key', () => undefined)).toBeUndefined();
      expect(cache.stats()).toMatchObject({ notStored: 1, stored: 0 });
      expect(await cache.getOrCompute<unknown>('key', () => 1)).toBe(1);
    });

    test('invalidates the entries of a tag and no others', async () => {
      const cache = makeCache();
      await cache.set('one', 1, { tags: ['user:1', 'list'] });
      await cache.set('two', 2, { tags: ['user:2', 'list'] });
      await cache.set('none', 3);
      expect(await cache.invalidateTag('user:1')).toBe(true);
      expect(await cache.get('one')).toBeUndefined();
      expect(await cache.get('two')).toBe(2);
      expect(await cache.invalidateTags(['list', 'unused'])).toBe(true);
      expect(await cache.get('two')).toBeUndefined();
      expect(await cache.get('none')).toBe(3);
    });

    test('keeps what was set after its tag was invalidated, even within the same millisecond', async () => {
      const cache = makeCache({ now: aClock().now });
      await cache.set('key', 'old', { tags: ['tag'] });
      await cache.invalidateTag('tag');
      await cache.set('key', 'new', { tags: ['tag'] });
      expect(await cache.get('key')).toBe('new');
    });

    test('does not store a value whose key was deleted while it was loaded', async () => {
      const cache = makeCache();
      const gate = aGate<string>();
      const started = aGate();
      const waiting = cache.getOrCompute('key', () => {
        started.open();
        return gate.passed;
      });
      await started.passed;
      await cache.delete('key');
      const later = cache.getOrCompute('key', () => 'new');
      expect(await later).toBe('new');
      gate.open('old');
      expect(await waiting).toBe('old');
      expect(await cache.get('key')).toBe('new');
      expect(cache.stats().notStored).toBe(1);
    });

    test('does not store a value whose tag was invalidated while it was loaded', async () => {
      const cache = makeCache({ now: aClock().now });
      const gate = aGate<string>();
      const started = aGate();
      const options = { tags: ['tag'] };
      const waiting = cache.getOrCompute(
        'key',
        () => {
          started.open();
          return gate.passed;
        },
        options,
      );
      await started.passed;
      await cache.invalidateTag('tag');
      const later = cache.getOrCompute('key', () => 'new', options);
      expect(await later).toBe('new');
      gate.open('old');
      expect(await waiting).toBe('old');
      expect(await cache.get('key')).toBe('new');
      expect(cache.stats().notStored).toBe(1);
    });

    test('keeps a value that was set while an older one was loaded', async () => {
      const cache = makeCache();
      const gate = aGate<string>();
      const started = aGate();
      const waiting = cache.getOrCompute('key', () => {
        started.open();
        return gate.passed;
      });
      await started.passed;
      await cache.set('key', 'set');
      gate.open('loaded');
      expect(await waiting).toBe('loaded');
      expect(await cache.get('key')).toBe('set');
    });

    test('changes a key in the order of the calls, awaited or not', async () => {
      const cache = makeCache();
      await Promise.all([cache.set('key', 1), cache.delete('key'), cache.set('key', 2)]);
      expect(await cache.get('key')).toBe(2);
      await Promise.all([cache.set('key', 3), cache.delete('key')]);
      expect(await cache.get('key')).toBeUndefined();
    });

    test('keeps odd keys apart', async () => {
      const cache = makeCache();
      const keys = ['a::b', 'a:b', 'a%3Ab', 'a b', 'a*b', 'é', 'e\u0301', '\ud800', '\ud801', '\0'];
      for (const key of keys) await cache.set(key, key.length === 1 ? key.charCodeAt(0) : key);
      for (const key of keys) {
        expect(await cache.get(key)).toBe(key.length === 1 ? key.charCodeAt(0) : key);
      }
    });

    test('after close reads are misses, writes do nothing and loads still run', async () => {
      const cache = makeCache();
      await cache.set('key', 1);
      await Promise.all([cache.close(), cache.close()]);
      await cache.close();
      expect(await cache.get('key')).toBeUndefined();
      expect(await cache.set('key', 2)).toBe(false);
      expect(await cache.delete('key')).toBe(false);
      expect(await cache.getOrCompute('key', () => 'loaded')).toBe('loaded');
      expect(cache.stats().storeErrors).toBe(0);
    });

    if (storeUnderTest.isShared) {
      test('lets a second cache of the same name see entries and invalidated tags', async () => {
        const name = `contract-shared-${(made += 1)}`;
        const [here, there] = [makeCache({ name }), makeCache({ name })];
        await here.set('key', 1, { tags: ['tag'] });
        expect(await there.get('key')).toBe(1);
        await there.invalidateTag('tag');
        expect(await here.get('key')).toBeUndefined();
      });

      test('keeps caches of different names apart', async () => {
        const one = makeCache({ name: `contract-${(made += 1)}` });
        const two = makeCache({ name: `contract-${(made += 1)}` });
        await one.set('key', 1, { tags: ['tag'] });
        await two.set('key', 2, { tags: ['tag'] });
        await one.invalidateTag('tag');
        expect(await one.get('key')).toBeUndefined();
        expect(await two.get('key')).toBe(2);
      });
    }
  });
}
