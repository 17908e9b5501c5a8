import { afterEach, describe, expect, test } from '@jest/globals';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { Keyv } from 'keyv';
import { createCache } from '../src/index.ts';
import { entryKey } from '../src/keys.ts';
import { aClock, aStore, plant } from './builders.ts';

const never = () => new Promise<never>(() => undefined);
const refuse = () => {
  throw new Error('ECONNREFUSED at secret.example');
};
/** Short, so that the tests are; nothing asserts how long a call took. */
const storeTimeoutMs = 20;

afterEach(() => diag.disable());

function collectWarnings(): string[] {
  const warnings: string[] = [];
  const logger = { error() {}, info() {}, debug() {}, verbose() {} };
  diag.setLogger(
    { ...logger, warn: (line: string) => void warnings.push(line) },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return warnings;
}

describe('a store that throws', () => {
  test('makes reads misses and writes false, and is counted', async () => {
    const { store } = aStore(refuse);
    const cache = createCache({ store });
    expect(await cache.get('key')).toBeUndefined();
    expect(await cache.set('key', 1)).toBe(false);
    expect(await cache.delete('key')).toBe(false);
    expect(await cache.invalidateTag('tag')).toBe(false);
    expect(await cache.getOrCompute('key', () => 'loaded')).toBe('loaded');
    expect(cache.stats()).toMatchObject({ storeErrors: 6, storeTimeouts: 0, misses: 2, loads: 1 });
    await cache.close();
  });

  test('is said once per episode, without its message', async () => {
    const warnings = collectWarnings();
    let isBroken = true;
    const { store } = aStore(() => (isBroken ? refuse() : undefined));
    const cache = createCache({ name: 'users', store });
    await cache.get('key');
    await cache.get('key');
    isBroken = false;
    await cache.get('key');
    isBroken = true;
    await cache.get('key');
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toBe(
      "spandrel cache 'users': the store failed (Error); reads are misses until it answers",
    );
  });

  test('cannot make a tagged entry look valid when only its tag cannot be read', async () => {
    const { store } = aStore((method) => (method === 'getMany' ? refuse() : undefined));
    const cache = createCache({ store });
    await cache.set('key', 1, { tags: ['tag'] });
    expect(await cache.get('key')).toBeUndefined();
  });

  test('reports an error outside a call without ending the process', async () => {
    const keyv = new Keyv();
    const cache = createCache({ store: keyv });
    keyv.emit('error', new Error('connection lost'));
    expect(cache.stats().storeErrors).toBe(1);
    await cache.close();
    expect(keyv.listenerCount('error')).toBe(0);
  });
});

describe('a store that hangs', () => {
  test('holds nobody longer than its limit and loads once', async () => {
    const { store, calls } = aStore(never);
    const cache = createCache({ store, storeTimeoutMs });
    expect(await cache.get('key')).toBeUndefined();
    expect(await cache.set('key', 1)).toBe(false);
    expect(await cache.delete('key')).toBe(false);
    expect(await cache.invalidateTag('tag')).toBe(false);
    calls.length = 0;
    expect(await cache.getOrCompute('key', () => 'loaded')).toBe('loaded');
    expect(calls).toEqual(['get']); // and no write to wait for
    expect(cache.stats()).toMatchObject({ storeTimeouts: 5, storeErrors: 0, stored: 0 });
  });

  test('does not queue up later writes of the same key', async () => {
    const { store } = aStore((method) => (method === 'set' ? never() : undefined));
    const cache = createCache({ store, storeTimeoutMs });
    const writes = Array.from({ length: 50 }, (_, index) => cache.set('key', index));
    expect(new Set(await Promise.all(writes))).toEqual(new Set([false]));
    expect(await cache.delete('key')).toBe(false);
    expect(cache.stats().storeTimeouts).toBe(50);
  });

  test('is left alone beyond the limit of open calls, and asked again once a second', async () => {
    const clock = aClock();
    let isSilent = true;
    const { store, calls } = aStore(() => (isSilent ? never() : undefined));
    const cache = createCache({ store, storeTimeoutMs, maxUnansweredCalls: 3, now: clock.now });
    await Promise.all([1, 2, 3].map((key) => cache.get(`key-${key}`)));
    await cache.get('probe');
    await cache.get('refused');
    expect(calls).toHaveLength(4);
    expect(cache.stats()).toMatchObject({ storeTimeouts: 4, storeRefusals: 1, misses: 5 });
    isSilent = false;
    clock.advance(1_000);
    await cache.get('probe');
    expect(await cache.set('key', 1)).toBe(true);
    expect(await cache.get('key')).toBe(1);
    expect(cache.stats().storeRefusals).toBe(1);
  });

  test('that answers late lowers the count of open calls again', async () => {
    const answers: (() => void)[] = [];
    const { store } = aStore(() => new Promise<void>((resolve) => answers.push(resolve)));
    const cache = createCache({ store, storeTimeoutMs, maxUnansweredCalls: 3 });
    for (let round = 0; round < 2; round += 1) {
      await cache.get('key');
      answers.splice(0).forEach((answer) => answer());
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (let round = 0; round < 3; round += 1) await cache.get('key');
    expect(cache.stats()).toMatchObject({ storeTimeouts: 5, storeRefusals: 0 });
  });

  test('is let go at close, by force in the end', async () => {
    const { store } = aStore();
    const asked: unknown[] = [];
    store.disconnect = (async (force?: boolean) => {
      asked.push(force);
      if (force !== true) await never();
    }) as typeof store.disconnect;
    const cache = createCache({ store, storeTimeoutMs });
    await Promise.all([cache.close(), cache.close()]);
    expect(asked).toEqual([undefined, true]);
  });
});

describe('at close', () => {
  test('an adapter is disconnected and a given Keyv is left open', async () => {
    const { store } = aStore();
    let disconnects = 0;
    store.disconnect = async () => void (disconnects += 1);
    await createCache({ store: new Keyv({ store }) }).close();
    expect(disconnects).toBe(0);
    await createCache({ store }).close();
    expect(disconnects).toBe(1);
  });

  test('a store that cannot disconnect does no harm', async () => {
    const { store } = aStore();
    store.disconnect = refuse;
    await createCache({ store }).close();
  });

  test('a Keyv used by a thousand caches in turn keeps no listener of theirs', async () => {
    const keyv = new Keyv();
    for (let round = 0; round < 1_000; round += 1) await createCache({ store: keyv }).close();
    expect(keyv.listenerCount('error')).toBe(0);
  });
});

describe('what the cache did not write', () => {
  test.each([
    'text',
    5,
    { format: 2, value: 1, createdAtMs: 0, expiresAtMs: 4e12, tags: [] },
    { format: 1, createdAtMs: 0, expiresAtMs: 4e12, tags: [] },
    { format: 1, value: 1, expiresAtMs: 4e12, tags: [] },
    { format: 1, value: 1, createdAtMs: 0, expiresAtMs: 4e12, tags: 'tag' },
  ])('%p reads as a miss, is counted and is replaced', async (foreign) => {
    const { store, entries } = aStore();
    const cache = createCache({ store });
    await plant(entries, entryKey('default', 'key'), foreign);
    entries.set(entryKey('default', 'key'), { value: foreign });
    expect(await cache.get('key')).toBeUndefined();
    expect(cache.stats().unreadable).toBe(1);
    expect(await cache.getOrCompute('key', () => 'fresh')).toBe('fresh');
    expect(await cache.get('key')).toBe('fresh');
  });

  test('text that is not even JSON reads as a miss and is replaced', async () => {
    const { store, entries } = aStore();
    const cache = createCache({ store });
    entries.set(entryKey('default', 'key'), '{"value":');
    expect(await cache.getOrCompute('key', () => 'fresh')).toBe('fresh');
    expect(await cache.get('key')).toBe('fresh');
  });
});

describe('values that cannot be stored', () => {
  test.each([undefined, () => 1, Symbol('s')])('%p is refused by set', async (value) => {
    const cache = createCache();
    await expect(cache.set('key', value)).rejects.toThrow(
      'value must be something that can be stored',
    );
    expect(await cache.getOrCompute<unknown>('key', () => value)).toBe(value);
    expect(cache.stats().notStored).toBe(1);
  });

  test('a value that contains itself is not stored but reaches the caller', async () => {
    const cache = createCache();
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(await cache.set('key', loop)).toBe(false);
    expect(await cache.getOrCompute('key', () => loop)).toBe(loop);
  });

  test('a loader that is none is refused', async () => {
    await expect(createCache().getOrCompute('key', 5 as never)).rejects.toThrow(
      'load must be a function, got number',
    );
  });
});
