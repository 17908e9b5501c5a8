import { describe, expect, test } from '@jest/globals';
import { createCache } from '../src/index.ts';
import { aClock, aGate, aStore } from './builders.ts';
import type { StoreMethod } from './builders.ts';

/** A store whose first call of one method waits at a gate. */
function aGatedStore(method: StoreMethod) {
  const reached = aGate();
  const gate = aGate();
  let isFirst = true;
  const fake = aStore((called) => {
    if (called !== method || !isFirst) return undefined;
    isFirst = false;
    reached.open();
    return gate.passed;
  });
  return { ...fake, reached: reached.passed, open: () => gate.open() };
}

const patient = { storeTimeoutMs: 60_000 };

describe('races', () => {
  test('a delete during the write of a load wins', async () => {
    const { store, reached, open } = aGatedStore('set');
    const cache = createCache({ store, ...patient });
    const waiting = cache.getOrCompute('key', () => 'old');
    await reached;
    const deleted = cache.delete('key');
    const later = cache.getOrCompute('key', () => 'new');
    open();
    expect(await waiting).toBe('old');
    expect(await deleted).toBe(true);
    expect(await later).toBe('new');
    expect(await cache.get('key')).toBe('new');
  });

  test('a delete during the read that precedes a load wins', async () => {
    const { store, reached, open } = aGatedStore('get');
    const cache = createCache({ store, ...patient });
    const waiting = cache.getOrCompute('key', () => 'old');
    await reached;
    await cache.delete('key');
    open();
    expect(await waiting).toBe('old');
    expect(await cache.get('key')).toBeUndefined();
  });

  test('a tag invalidated during the write of a load wins', async () => {
    const { store, reached, open } = aGatedStore('set');
    const cache = createCache({ store, now: aClock().now, ...patient });
    const waiting = cache.getOrCompute('key', () => 'old', { tags: ['tag'] });
    await reached;
    await cache.invalidateTag('tag');
    open();
    expect(await waiting).toBe('old');
    expect(await cache.get('key')).toBeUndefined();
  });

  test('a tag invalidated during a load by another process wins', async () => {
    const { store } = aStore();
    const clock = aClock();
    const [here, there] = [0, 1].map(() => createCache({ store, now: clock.now, ...patient }));
    const started = aGate();
    const gate = aGate<string>();
    const load = () => {
      started.open();
      return gate.passed;
    };
    const waiting = here!.getOrCompute('key', load, { tags: ['tag'] });
    await started.passed;
    clock.advance(1);
    await there!.invalidateTag('tag');
    clock.advance(1);
    gate.open('old');
    expect(await waiting).toBe('old');
    expect(await here!.get('key')).toBeUndefined();
  });

  test('two callers whose reads are slow still share one load', async () => {
    const { store, reached, open } = aGatedStore('get');
    const cache = createCache({ store, ...patient });
    let loads = 0;
    const load = () => (loads += 1);
    const first = cache.getOrCompute('key', load);
    await reached;
    const second = cache.getOrCompute('key', load);
    open();
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    expect(loads).toBe(1);
  });

  test('those who join a read that finds the value count as hits', async () => {
    const { store, reached, open } = aGatedStore('get');
    const cache = createCache({ store, ...patient });
    await cache.set('key', 'there');
    const load = () => 'loaded';
    const first = cache.getOrCompute('key', load);
    await reached;
    const second = cache.getOrCompute('key', load);
    open();
    expect(await Promise.all([first, second])).toEqual(['there', 'there']);
    expect(cache.stats()).toMatchObject({ hits: 2, misses: 0, joined: 1, hitRatio: 1 });
  });

  test('a failed load does not leave an unhandled rejection behind', async () => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listen);
    const cache = createCache();
    const failing = () => Promise.reject(new Error('no'));
    await Promise.allSettled([1, 2].map(() => cache.getOrCompute('key', failing)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });

  test('beyond ten thousand keys under way loads are not shared, and not stored', async () => {
    const cache = createCache();
    const gate = aGate();
    const load = async () => {
      await gate.passed;
      return 'value';
    };
    const waiting = Array.from({ length: 10_000 }, (_, n) => cache.getOrCompute(`key ${n}`, load));
    waiting.push(cache.getOrCompute('one more', load), cache.getOrCompute('one more', load));
    gate.open();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['value']));
    expect(cache.stats()).toMatchObject({ loads: 10_002, joined: 0, unshared: 2, notStored: 2 });
  });
});
