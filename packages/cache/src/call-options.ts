import { checkKey } from './keys.ts';
import { ttlToMs } from './ttl.ts';
import type { Ttl } from './ttl.ts';

export interface ReadOptions {
  /**
   * What keys of this kind look like, `user:{userId}:settings`: goes on the event in place of the
   * key. Few different ones; never put the key itself here.
   */
  readonly keyPattern?: string;
}

export interface WriteOptions {
  /** Lifetime of this entry; the cache's `ttl` without it. */
  readonly ttl?: Ttl;
  /** At most 64. Invalidating any of them invalidates the entry. */
  readonly tags?: readonly string[];
}

export interface ComputeOptions extends ReadOptions, WriteOptions {}

/** How an entry is to be written. */
export interface WriteTerms {
  readonly ttlMs: number;
  readonly tags: readonly string[];
}

const maxTagsPerEntry = 64;
const noTags: readonly string[] = Object.freeze([]);

/** Throws a TypeError or RangeError that names the option. */
export function writeTerms(options: WriteOptions | undefined, defaultTtlMs: number): WriteTerms {
  const ttl = options?.ttl;
  const tags = options?.tags;
  return {
    ttlMs: ttl === undefined ? defaultTtlMs : ttlToMs(ttl),
    tags: tags === undefined ? noTags : checkedTags(tags),
  };
}

/** A copy without repeats. */
export function checkedTags(tags: unknown): readonly string[] {
  if (!Array.isArray(tags)) throw new TypeError(`tags must be an array, got ${typeof tags}`);
  if (tags.length > maxTagsPerEntry) {
    throw new RangeError(`tags must be at most ${maxTagsPerEntry}, got ${tags.length}`);
  }
  for (const tag of tags) checkKey('tag', tag);
  return [...new Set<string>(tags)];
}

export function checkedPattern(options: ReadOptions | undefined): string | undefined {
  const pattern = options?.keyPattern;
  if (pattern !== undefined) checkKey('keyPattern', pattern);
  return pattern;
}
