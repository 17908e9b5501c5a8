import { Keyv } from 'keyv';
import type { KeyvStorageAdapter } from 'keyv';

/** A clock that moves only when told to. */
export function aClock(startMs = 1_700_000_000_000) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

/** Something that happens when the test says so: `await gate.passed`, and `gate.open(value)`. */
export function aGate<Value = void>() {
  let open!: (value: Value) => void;
  let fail!: (error: Error) => void;
  const passed = new Promise<Value>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { passed, open, fail };
}

export type StoreMethod = 'get' | 'set' | 'delete' | 'getMany' | 'setMany';

/**
 * A Keyv adapter over a Map. `before` runs ahead of each call with its method's name: it may wait,
 * throw or never return, and the call then does the same.
 */
export function aStore(before: (method: StoreMethod) => unknown = () => undefined) {
  const entries = new Map<string, unknown>();
  const calls: StoreMethod[] = [];
  const run = async <Value>(method: StoreMethod, act: () => Value): Promise<Value> => {
    calls.push(method);
    await before(method);
    return act();
  };
  const store = {
    capabilities: { expires: true },
    on: () => undefined,
    get: (key: string) => run('get', () => entries.get(key)),
    set: (key: string, value: unknown) => run('set', () => Boolean(entries.set(key, value))),
    delete: (key: string) => run('delete', () => entries.delete(key)),
    getMany: (keys: string[]) => run('getMany', () => keys.map((key) => entries.get(key))),
    setMany: (list: { key: string; value: unknown }[]) =>
      run('setMany', () => list.map(({ key, value }) => Boolean(entries.set(key, value)))),
  } as unknown as KeyvStorageAdapter;
  return { store, entries, calls };
}

/** Puts something under a key past the cache, encoded as Keyv does it. */
export async function plant(entries: Map<string, unknown>, key: string, value: unknown) {
  await new Keyv({ store: entries, serialization: false }).set(key, value);
}
