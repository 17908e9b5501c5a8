import { isCacheStore } from './store.ts';
import type { CacheStore } from './store.ts';
import { ttlRule, ttlToMs } from './ttl.ts';
import type { Ttl } from './ttl.ts';

/** Options of `createCache`; `cacheOptionTable` holds what they mean, their defaults and checks. */
export interface CacheOptions {
  name?: string;
  ttl?: Ttl;
  store?: CacheStore;
  maxEntries?: number;
  maxSizeBytes?: number;
  storeTimeoutMs?: number;
  maxUnansweredCalls?: number;
  maxTags?: number;
  maxEventsPerSpan?: number;
  /** For tests: the clock, in milliseconds since the Unix epoch. Stores expire by their own. */
  now?: () => number;
}

export interface ResolvedCacheOptions {
  readonly name: string;
  readonly ttlMs: number;
  readonly store: CacheStore | undefined;
  readonly maxEntries: number;
  readonly maxSizeBytes: number;
  readonly storeTimeoutMs: number;
  readonly maxUnansweredCalls: number;
  readonly maxTags: number;
  readonly maxEventsPerSpan: number;
  readonly now: () => number;
}

interface OptionRow<Value> {
  readonly type: string;
  readonly default: Value;
  /** What a value must be, as the error says it. */
  readonly rule: string;
  readonly isValid: (value: unknown) => boolean;
  readonly meaning: string;
  /** Kept out of the README. */
  readonly isForTests?: boolean;
}

function wholeNumber(from: number, to: number): Pick<OptionRow<number>, 'rule' | 'isValid'> {
  return {
    rule: `a whole number from ${from} to ${to}`,
    isValid: (value) => Number.isInteger(value) && Number(value) >= from && Number(value) <= to,
  };
}

/** Every option: type, default, check and meaning. The README's table is tested against it. */
export const cacheOptionTable = {
  name: {
    type: 'string',
    default: 'default',
    rule: 'a string of 1 to 128 characters',
    isValid: (value) => typeof value === 'string' && value.length >= 1 && value.length <= 128,
    meaning: 'Says on events which cache it was, and keeps its keys apart in a shared store.',
  },
  ttl: {
    type: 'Ttl',
    default: 'medium',
    rule: ttlRule,
    isValid: isTtl,
    meaning: "Lifetime of an entry: milliseconds, `'5m'`, or a level. A call may give its own.",
  },
  store: {
    type: 'Keyv adapter, Map or Keyv',
    default: undefined,
    rule: 'a Keyv storage adapter, a Map or a Keyv',
    isValid: isCacheStore,
    meaning: 'Where entries live. Without it: in this process, bounded by the next two options.',
  },
  maxEntries: {
    type: 'number',
    default: 10_000,
    ...wholeNumber(1, 10_000_000),
    meaning: 'Entries in the built-in store; the least recently used goes first.',
  },
  maxSizeBytes: {
    type: 'bytes',
    default: 64 * 1024 * 1024,
    ...wholeNumber(1, 2 ** 40),
    meaning: 'Size of the built-in store, keys and serialised values, two bytes a character.',
  },
  storeTimeoutMs: {
    type: 'milliseconds',
    default: 250,
    ...wholeNumber(1, 60_000),
    meaning: 'Longest wait for a given store, per read and per write; then it is a miss.',
  },
  maxUnansweredCalls: {
    type: 'number',
    default: 1_000,
    ...wholeNumber(1, 1_000_000),
    meaning: 'Given-up store calls still open; beyond it the store is asked once a second only.',
  },
  maxTags: {
    type: 'number',
    default: 10_000,
    ...wholeNumber(1, 10_000_000),
    meaning: 'Invalidated tags remembered; beyond it older tagged entries read as misses.',
  },
  maxEventsPerSpan: {
    type: 'number',
    default: 32,
    ...wholeNumber(0, 128),
    meaning: 'Hit and miss events per span; beyond it the span carries totals instead.',
  },
  now: {
    type: 'function',
    default: Date.now,
    rule: 'a function that returns milliseconds since the Unix epoch',
    isValid: (value) => typeof value === 'function',
    meaning: 'The clock.',
    isForTests: true,
  },
} satisfies { [Name in keyof CacheOptions]-?: OptionRow<CacheOptions[Name]> };

/** Given or default, checked. Throws a RangeError that names the option, the rule and the value. */
export function resolveCacheOptions(given: CacheOptions = {}): ResolvedCacheOptions {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`createCache takes an object of options, got ${String(given)}`);
  }
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(cacheOptionTable, name)) {
      throw new RangeError(
        `${name} is not an option of createCache; there are ${Object.keys(cacheOptionTable).join(', ')}`,
      );
    }
  }
  return {
    name: checked('name', given.name),
    ttlMs: ttlToMs(checked('ttl', given.ttl)),
    store: given.store === undefined ? undefined : checked('store', given.store),
    maxEntries: checked('maxEntries', given.maxEntries),
    maxSizeBytes: checked('maxSizeBytes', given.maxSizeBytes),
    storeTimeoutMs: checked('storeTimeoutMs', given.storeTimeoutMs),
    maxUnansweredCalls: checked('maxUnansweredCalls', given.maxUnansweredCalls),
    maxTags: checked('maxTags', given.maxTags),
    maxEventsPerSpan: checked('maxEventsPerSpan', given.maxEventsPerSpan),
    now: checked('now', given.now),
  };
}

function checked<Name extends keyof CacheOptions>(
  name: Name,
  given: CacheOptions[Name],
): NonNullable<CacheOptions[Name]> {
  const row: OptionRow<unknown> = cacheOptionTable[name];
  const value = given === undefined ? row.default : given;
  if (row.isValid(value)) return value as NonNullable<CacheOptions[Name]>;
  throw new RangeError(`${name} must be ${row.rule}, got ${shown(value)}`);
}

function isTtl(value: unknown): boolean {
  try {
    ttlToMs(value as Ttl);
    return true;
  } catch {
    return false;
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' && value !== null ? 'another object' : String(value);
}
