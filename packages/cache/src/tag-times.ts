import type { Keyv } from 'keyv';
import type { Counts } from './counts.ts';
import { tagKey } from './keys.ts';
import { maxTtlMs } from './ttl.ts';

/** A day more than an entry can live, for loads that take long. */
const tagTtlMs = maxTtlMs + 86_400_000;

/**
 * When each tag was last invalidated. An entry with that tag made at or before that time is dead.
 *
 * This process's own invalidations count at once. With a shared store the times are kept there
 * too, so that other processes see them. Never more than `maxTags` here: beyond that the oldest
 * is forgotten and every tagged entry made before it reads as invalidated, which costs a load
 * and is never wrong.
 */
export class TagTimes {
  /** In order of time, oldest first: a tag invalidated again moves to the end. */
  readonly #times = new Map<string, number>();
  #forgottenMs = -Infinity;
  readonly #maxTags: number;
  readonly #counts: Counts;

  constructor(maxTags: number, counts: Counts) {
    this.#maxTags = maxTags;
    this.#counts = counts;
  }

  invalidate(tags: readonly string[], atMs: number): void {
    for (const tag of tags) {
      this.#times.delete(tag);
      this.#times.set(tag, atMs);
      if (this.#times.size > this.#maxTags) this.#forgetOldest();
    }
  }

  /** True when one of the tags was invalidated by this process at or after `sinceMs`. */
  isInvalidated(tags: readonly string[], sinceMs: number): boolean {
    if (tags.length === 0) return false;
    if (this.#forgottenMs >= sinceMs) return true;
    return tags.some((tag) => (this.#times.get(tag) ?? -Infinity) >= sinceMs);
  }

  #forgetOldest(): void {
    for (const [tag, timeMs] of this.#times) {
      this.#times.delete(tag);
      this.#forgottenMs = timeMs;
      this.#counts.forgottenTags += 1;
      return;
    }
  }
}

/** The same times in a store that several processes use. */
export class SharedTagTimes {
  readonly #keyv: Keyv;
  readonly #cacheName: string;
  readonly #counts: Counts;

  constructor(keyv: Keyv, cacheName: string, counts: Counts) {
    this.#keyv = keyv;
    this.#cacheName = cacheName;
    this.#counts = counts;
  }

  /** True when the store took every tag's time. */
  async invalidate(tags: readonly string[], atMs: number): Promise<boolean> {
    const entries = tags.map((tag) => ({
      key: tagKey(this.#cacheName, tag),
      value: atMs,
      ttl: tagTtlMs,
    }));
    const taken = await this.#keyv.setMany(entries);
    return taken.every((isTaken) => isTaken);
  }

  /** True when a tag was invalidated at or after `sinceMs`, and when the store could not say. */
  async isInvalidated(tags: readonly string[], sinceMs: number): Promise<boolean> {
    if (tags.length === 0) return false;
    // Keyv answers a failed read like an empty one, and only its error event tells them apart.
    // Another call's error in the same moment costs a miss.
    const errorsBefore = this.#counts.storeErrors;
    const times = await this.#keyv.getMany<number>(tags.map((tag) => tagKey(this.#cacheName, tag)));
    if (this.#counts.storeErrors !== errorsBefore) return true;
    return times.some((timeMs) => typeof timeMs === 'number' && timeMs >= sinceMs);
  }
}
