import type { Span } from '@opentelemetry/api';
import type { Keyv } from 'keyv';
import { checkedPattern, checkedTags, writeTerms } from './call-options.ts';
import type { ComputeOptions, ReadOptions, WriteOptions, WriteTerms } from './call-options.ts';
import { newCounts, statsOf } from './counts.ts';
import type { CacheStats } from './counts.ts';
import { envelopeOf, isStorable } from './envelope.ts';
import type { Envelope } from './envelope.ts';
import { Flight } from './flight.ts';
import type { Found } from './flight.ts';
import { checkKey, entryKey } from './keys.ts';
import { resolveCacheOptions } from './options.ts';
import type { CacheOptions, ResolvedCacheOptions } from './options.ts';
import { recordingSpan, recordRead } from './span-events.ts';
import type { ReadOperation } from './span-events.ts';
import { StoreCalls } from './store-calls.ts';
import type { Answer } from './store-calls.ts';
import { openStore } from './store.ts';
import type { OpenStore } from './store.ts';
import { SharedTagTimes, TagTimes } from './tag-times.ts';
import { ticking } from './ticking.ts';

/**
 * Values by key, each for a limited time.
 *
 * Wrong arguments reject with a TypeError or RangeError that names them. Whatever happens to the
 * store does not: a read is then a miss, a write says false, and `stats()` counts it. Keys have 1
 * to 1024 characters. Values travel as Keyv serialises them, in the built-in store too: JSON, with
 * BigInt and Buffer kept, so each read gives a fresh copy and a Date comes back as text.
 */
export interface Cache {
  readonly name: string;

  /** The value, or undefined for a miss. */
  get<Value = unknown>(key: string, options?: ReadOptions): Promise<Value | undefined>;

  /** True when the store took it. `undefined`, functions and symbols are refused with a TypeError. */
  set(key: string, value: unknown, options?: WriteOptions): Promise<boolean>;

  /** True when there was an entry. What is being loaded for the key meanwhile will not be stored. */
  delete(key: string): Promise<boolean>;

  /**
   * The value, loaded by `load` and stored on a miss.
   *
   * Calls for a key in this process share one load, its value or its error, and the first one's
   * options. The value is not stored when it is undefined, or when the key was set or deleted or
   * one of its tags invalidated since the load began; those who waited get it all the same, later
   * callers load anew. Errors of `load` reach the callers and are not stored. The cache puts no
   * limit on `load`.
   */
  getOrCompute<Value>(
    key: string,
    load: () => Value | Promise<Value>,
    options?: ComputeOptions,
  ): Promise<Value>;

  /** Invalidates every entry made so far with this tag. False when a shared store did not take it. */
  invalidateTag(tag: string): Promise<boolean>;

  /** The same for at most 64 tags at one time. */
  invalidateTags(tags: readonly string[]): Promise<boolean>;

  stats(): CacheStats;

  /**
   * Lets go of the store: disconnects an adapter, leaves a given Keyv open. Ends in time and never
   * rejects. Afterwards reads are misses, writes do nothing, `getOrCompute` just loads. Twice is once.
   */
  close(): Promise<void>;
}

/** Throws a RangeError that names the option when one is not as `cacheOptionTable` says. */
export function createCache(options?: CacheOptions): Cache {
  return new KeyvCache(resolveCacheOptions(options));
}

const miss: Found = Object.freeze({ isHit: false, isStoreSilent: false });
const missUnanswered: Found = Object.freeze({ isHit: false, isStoreSilent: true });

/** One read on its way: where its result is to be recorded. Taken before the first wait. */
interface Read {
  readonly span: Span | undefined;
  readonly operation: ReadOperation;
  readonly keyPattern: string | undefined;
}

/** Keys that are read or loaded at once; loaders that never settle hold theirs for ever. */
const mostFlights = 10_000;

class KeyvCache implements Cache {
  readonly name: string;
  readonly #options: ResolvedCacheOptions;
  readonly #counts = newCounts();
  readonly #store: OpenStore;
  readonly #keyv: Keyv;
  readonly #calls: StoreCalls;
  readonly #tagTimes: TagTimes;
  /** Undefined for the built-in store: nobody else could read or write the times. */
  readonly #sharedTagTimes: SharedTagTimes | undefined;
  readonly #tick: () => number;
  readonly #flights = new Map<string, Flight>();
  /** Last write or delete of a key that has no answer yet; what is called next waits for it. */
  readonly #changes = new Map<string, Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedCacheOptions) {
    this.name = options.name;
    this.#options = options;
    this.#tick = ticking(options.now);
    this.#store = openStore(options.store, options, (error) => this.#calls.reportError(error));
    const { keyv, isShared } = this.#store;
    this.#keyv = keyv;
    this.#calls = new StoreCalls(
      {
        cacheName: options.name,
        timeoutMs: isShared ? options.storeTimeoutMs : Infinity,
        maxUnanswered: options.maxUnansweredCalls,
        now: options.now,
      },
      this.#counts,
    );
    this.#tagTimes = new TagTimes(options.maxTags, this.#counts);
    if (isShared) this.#sharedTagTimes = new SharedTagTimes(keyv, options.name, this.#counts);
  }

  async get<Value = unknown>(key: string, options?: ReadOptions): Promise<Value | undefined> {
    checkKey('key', key);
    const read = this.#startRead('get', options);
    const found = await this.#lookUp(entryKey(this.name, key));
    this.#endRead(read, found.isHit);
    return found.isHit ? (found.value as Value) : undefined;
  }

  async set(key: string, value: unknown, options?: WriteOptions): Promise<boolean> {
    checkKey('key', key);
    if (!isStorable(value)) {
      throw new TypeError(`value must be something that can be stored, got ${typeof value}`);
    }
    const terms = writeTerms(options, this.#options.ttlMs);
    const storeKey = entryKey(this.name, key);
    this.#overtake(storeKey);
    return this.#write(storeKey, value, this.#tick(), terms);
  }

  async delete(key: string): Promise<boolean> {
    checkKey('key', key);
    const storeKey = entryKey(this.name, key);
    this.#overtake(storeKey);
    if (this.#closing !== undefined) return false;
    this.#counts.deletes += 1;
    const answer = await this.#change(storeKey, () => this.#keyv.delete(storeKey));
    return answer.isAnswered && answer.value;
  }

  async getOrCompute<Value>(
    key: string,
    load: () => Value | Promise<Value>,
    options?: ComputeOptions,
  ): Promise<Value> {
    checkKey('key', key);
    if (typeof load !== 'function') {
      throw new TypeError(`load must be a function, got ${typeof load}`);
    }
    const terms = writeTerms(options, this.#options.ttlMs);
    const read = this.#startRead('get_or_compute', options);
    const storeKey = entryKey(this.name, key);
    const current = this.#flights.get(storeKey);
    if (current === undefined || this.#isOutdated(current)) {
      return this.#takeOff(storeKey, load, terms, read).value as Promise<Value>;
    }
    this.#counts.joined += 1;
    this.#endRead(read, (await current.found).isHit);
    return current.value as Promise<Value>;
  }

  invalidateTag(tag: string): Promise<boolean> {
    return this.invalidateTags([tag]);
  }

  async invalidateTags(tags: readonly string[]): Promise<boolean> {
    const checked = checkedTags(tags);
    if (checked.length === 0) return true;
    const atMs = this.#tick();
    this.#tagTimes.invalidate(checked, atMs);
    this.#counts.invalidatedTags += checked.length;
    const shared = this.#sharedTagTimes;
    if (shared === undefined) return true;
    if (this.#closing !== undefined) return false;
    const answer = await this.#calls.run(() => shared.invalidate(checked, atMs));
    return answer.isAnswered && answer.value;
  }

  stats(): CacheStats {
    return statsOf(this.#counts);
  }

  close(): Promise<void> {
    this.#closing ??= this.#store.close(this.#options.storeTimeoutMs);
    return this.#closing;
  }

  // --- reading

  #startRead(operation: ReadOperation, options: ReadOptions | undefined): Read {
    return { span: recordingSpan(), operation, keyPattern: checkedPattern(options) };
  }

  #endRead(read: Read, isHit: boolean): void {
    if (isHit) this.#counts.hits += 1;
    else this.#counts.misses += 1;
    recordRead(read.span, isHit, this.name, read, this.#options.maxEventsPerSpan);
  }

  async #lookUp(storeKey: string): Promise<Found> {
    if (this.#closing !== undefined) return miss;
    const answer = await this.#calls.run(() => this.#fetch(storeKey));
    return answer.isAnswered ? answer.value : missUnanswered;
  }

  async #fetch(storeKey: string): Promise<Found> {
    const change = this.#changes.get(storeKey);
    if (change !== undefined) await change; // a read called after a delete must not see the old value
    const stored = await this.#keyv.get(storeKey);
    if (stored === undefined || stored === null) return miss;
    const envelope = envelopeOf(stored);
    if (envelope === undefined) {
      this.#counts.unreadable += 1;
      return miss;
    }
    if (envelope.expiresAtMs <= this.#options.now()) return miss;
    if (await this.#isInvalidated(envelope)) return miss;
    return { isHit: true, value: envelope.value };
  }

  async #isInvalidated({ tags, createdAtMs }: Envelope): Promise<boolean> {
    if (this.#tagTimes.isInvalidated(tags, createdAtMs)) return true;
    return (await this.#sharedTagTimes?.isInvalidated(tags, createdAtMs)) ?? false;
  }

  // --- computing: one flight per key covers the read, the load and the write

  #takeOff(storeKey: string, load: () => unknown, terms: WriteTerms, read: Read): Flight {
    const found = this.#lookUp(storeKey).then((result) => {
      this.#endRead(read, result.isHit); // before the load, so that the miss precedes its spans
      return result;
    });
    const flight = new Flight(terms, found);
    flight.value = found.then((result) =>
      result.isHit ? result.value : this.#load(storeKey, flight, load, result.isStoreSilent),
    );
    if (this.#flights.size < mostFlights) this.#flights.set(storeKey, flight);
    else this.#flyUnshared(flight);
    const land = (): void => {
      if (this.#flights.get(storeKey) === flight) this.#flights.delete(storeKey);
    };
    flight.value.then(land, land);
    return flight;
  }

  /** Nobody could tell it of a delete, so its value is not stored either. */
  #flyUnshared(flight: Flight): void {
    this.#counts.unshared += 1;
    flight.isOvertaken = true;
  }

  async #load(
    storeKey: string,
    flight: Flight,
    load: () => unknown,
    isStoreSilent: boolean,
  ): Promise<unknown> {
    const startedMs = this.#tick();
    flight.loadStartedMs = startedMs;
    this.#counts.loads += 1;
    let value: unknown;
    try {
      value = await load();
    } catch (error) {
      this.#counts.loadErrors += 1;
      throw error;
    }
    if (!isStorable(value) || flight.isOvertaken || this.#isOutdated(flight)) {
      this.#counts.notStored += 1;
    } else if (!isStoreSilent) {
      // A store that did not answer the read is not asked to write: one wait is enough.
      await this.#write(storeKey, value, startedMs, flight.terms);
    }
    return value;
  }

  /** True when a tag was invalidated after the load began: its value must not be shared or stored. */
  #isOutdated({ terms, loadStartedMs }: Flight): boolean {
    return loadStartedMs !== undefined && this.#tagTimes.isInvalidated(terms.tags, loadStartedMs);
  }

  /** A set or delete wins over a load under way: its value is not stored, nobody joins it any more. */
  #overtake(storeKey: string): void {
    const flight = this.#flights.get(storeKey);
    if (flight === undefined) return;
    flight.isOvertaken = true;
    this.#flights.delete(storeKey);
  }

  // --- writing

  async #write(
    storeKey: string,
    value: unknown,
    createdAtMs: number,
    { ttlMs, tags }: WriteTerms,
  ): Promise<boolean> {
    if (this.#closing !== undefined) return false;
    const expiresAtMs = this.#options.now() + ttlMs;
    const envelope: Envelope = { format: 1, value, createdAtMs, expiresAtMs, tags };
    const answer = await this.#change(storeKey, () => this.#keyv.set(storeKey, envelope, ttlMs));
    const isStored = answer.isAnswered && answer.value;
    if (isStored) this.#counts.stored += 1;
    return isStored;
  }

  /**
   * Writes and deletes of one key reach the store in the order they were called, or a delete could
   * overtake the write of the load it was to beat. Each waits only until the one before has its
   * answer or was given up, so nothing queues up behind a silent store.
   */
  #change(storeKey: string, change: () => Promise<boolean>): Promise<Answer<boolean>> {
    const before = this.#changes.get(storeKey);
    const answer = this.#calls.run(async () => {
      if (before !== undefined) await before;
      return change();
    });
    this.#changes.set(storeKey, answer);
    void answer.then(() => {
      if (this.#changes.get(storeKey) === answer) this.#changes.delete(storeKey);
    });
    return answer;
  }
}
