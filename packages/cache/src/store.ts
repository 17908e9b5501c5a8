import { Keyv, detectKeyv, detectKeyvStorage } from 'keyv';
import type { KeyvStorageAdapter } from 'keyv';
import { MemoryStore } from './memory-store.ts';
import type { MemoryBounds } from './memory-store.ts';

/** A Keyv storage adapter, something map-like, or a Keyv that is already in use. */
export type CacheStore = KeyvStorageAdapter | Map<string, unknown> | Keyv;

export interface OpenStore {
  readonly keyv: Keyv;
  /** True when others may read and write it too, so that tag times have to be kept in it. */
  readonly isShared: boolean;
  /** Takes our listener off, or disconnects what is ours, within `limitMs`. Never rejects. */
  readonly close: (limitMs: number) => Promise<void>;
}

export function isCacheStore(store: unknown): store is CacheStore {
  return isKeyv(store) || isAdapter(store);
}

/**
 * The Keyv behind a cache: in this process and bounded, over an adapter, or one given as it is.
 *
 * An adapter becomes the cache's own and is disconnected with it; a given Keyv stays its owner's.
 * `onError` hears every error from the start: without a listener a lost connection would end the process.
 */
export function openStore(
  given: CacheStore | undefined,
  bounds: MemoryBounds,
  onError: (error: unknown) => void,
): OpenStore {
  if (given === undefined) return openMemory(bounds, onError);
  if (isKeyv(given)) return borrow(given, onError);
  const keyv = new Keyv({ store: given });
  keyv.on('error', onError);
  return { keyv, isShared: true, close: (limitMs) => disconnect(keyv, limitMs) };
}

function openMemory(bounds: MemoryBounds, onError: (error: unknown) => void): OpenStore {
  const entries = new MemoryStore(bounds);
  const keyv = new Keyv({ store: entries });
  keyv.on('error', onError);
  return { keyv, isShared: false, close: async () => entries.clear() };
}

function borrow(keyv: Keyv, onError: (error: unknown) => void): OpenStore {
  keyv.on('error', onError);
  const close = async (): Promise<void> => {
    keyv.off('error', onError);
  };
  return { keyv, isShared: true, close };
}

/**
 * Asks to disconnect and, without an answer in time, demands it: `@keyv/redis` waits for pending
 * commands unless told `true`, and a frozen Redis would keep the process alive. Others ignore it.
 */
async function disconnect(keyv: Keyv, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const outOfTime = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, limitMs, true);
  });
  const isLate = await Promise.race([keyv.disconnect().then(() => false), outOfTime]).catch(
    () => false,
  );
  clearTimeout(timer);
  if (!isLate) return;
  const store = keyv.store as { disconnect?: (force: boolean) => Promise<void> };
  store.disconnect?.(true).catch(() => undefined);
}

/** By its methods, not `instanceof`: the application may hold Keyv's other module format. */
function isKeyv(store: unknown): store is Keyv {
  return detectKeyv(store).compatible;
}

/** Asked here because Keyv takes anything and silently puts a Map in its place. */
function isAdapter(store: unknown): boolean {
  if (typeof store !== 'object' || store === null) return false;
  const { capabilities } = store as Partial<KeyvStorageAdapter>;
  return capabilities?.expires === true || detectKeyvStorage(store).compatible;
}
