/** What a cache has done since it was made. Counts only grow. */
export interface CacheStats {
  /** Reads answered from the cache, those that joined such a read included. */
  readonly hits: number;
  /** Reads not answered from the cache, for whatever reason, those that joined a load included. */
  readonly misses: number;
  /** `hits / (hits + misses)`; null before the first read. */
  readonly hitRatio: number | null;
  /** Loaders started. */
  readonly loads: number;
  /** Loaders that threw or rejected. */
  readonly loadErrors: number;
  /** Calls of `getOrCompute` that shared another call's read or load. */
  readonly joined: number;
  /** Reads that were not shared because 10,000 keys were being read or loaded at once. */
  readonly unshared: number;
  /** Values the store accepted. */
  readonly stored: number;
  /** Loaded values not stored: undefined or not storable, or deleted, set or invalidated meanwhile. */
  readonly notStored: number;
  readonly deletes: number;
  /** Tags invalidated, counted one by one. */
  readonly invalidatedTags: number;
  /** Tags forgotten because there were more than `maxTags`; older tagged entries then read as misses. */
  readonly forgottenTags: number;
  /** Errors the store reported, lost connections included. */
  readonly storeErrors: number;
  /** Store calls given up after `storeTimeoutMs`. */
  readonly storeTimeouts: number;
  /** Store calls not made because `maxUnansweredCalls` earlier ones were still without an answer. */
  readonly storeRefusals: number;
  /** Entries found that are not ours or of another format; they read as misses. */
  readonly unreadable: number;
}

export type Counts = { -readonly [Name in Exclude<keyof CacheStats, 'hitRatio'>]: number };

export function newCounts(): Counts {
  return {
    hits: 0,
    misses: 0,
    loads: 0,
    loadErrors: 0,
    joined: 0,
    unshared: 0,
    stored: 0,
    notStored: 0,
    deletes: 0,
    invalidatedTags: 0,
    forgottenTags: 0,
    storeErrors: 0,
    storeTimeouts: 0,
    storeRefusals: 0,
    unreadable: 0,
  };
}

/** A copy that later calls do not change. */
export function statsOf(counts: Counts): CacheStats {
  const reads = counts.hits + counts.misses;
  return { ...counts, hitRatio: reads === 0 ? null : counts.hits / reads };
}
