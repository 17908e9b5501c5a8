import { LRUCache } from 'lru-cache';

export interface MemoryBounds {
  readonly maxEntries: number;
  readonly maxSizeBytes: number;
}

interface StoredText {
  readonly value: string;
}

/**
 * The built-in store: what Keyv needs of a Map, bounded, the least recently used going first.
 *
 * Not an LRUCache handed to Keyv as it is: Keyv passes a lifetime as the third argument, and
 * lru-cache 11.5 throws "Cannot create property 'status' on number". Keyv looks at expiry itself.
 */
export class MemoryStore {
  readonly #entries: LRUCache<string, StoredText>;

  constructor({ maxEntries, maxSizeBytes }: MemoryBounds) {
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxSizeBytes,
      // Keyv hands over serialised text; a character takes two bytes at most.
      sizeCalculation: (entry, key) => 2 * (key.length + entry.value.length),
    });
  }

  get(key: string): StoredText | undefined {
    return this.#entries.get(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** An entry larger than the whole store removes the old one and throws, so that `set` says false. */
  set(key: string, entry: StoredText): void {
    this.#entries.set(key, entry);
    if (!this.#entries.has(key)) throw new RangeError('the entry is larger than maxSizeBytes');
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
