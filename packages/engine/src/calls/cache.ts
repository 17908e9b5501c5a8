import { databaseSystem, queryLanguageOf, statementText } from '../database.ts';
import {
  ATTR_CACHE_KEY_HASH,
  ATTR_CACHE_KEY_PATTERN,
  ATTR_CACHE_NAME,
  EVENT_CACHE_HIT,
  EVENT_CACHE_MISS,
  EVENT_CACHE_STALE_HIT,
} from '../names.ts';
import type { Attributes, Span, SpanEvent } from '../types.ts';

export type CacheResult = 'hit' | 'stale_hit' | 'miss';

/** One read of one key: an event that a cache left on a span, or a call to a key-value store. */
export interface CacheRead {
  /** The span that carries the event, or the call itself. */
  readonly span: Span;
  /** True for an event: the span is then what read, not the read. */
  readonly isEvent: boolean;
  /** `cache.name`, or the store's system and database; empty when unknown. */
  readonly cache: string;
  /** Command of a call, upper case; empty for an event. */
  readonly verb: string;
  /** `user:{id}` as a cache was told; `user:*` as a call's key reads, which may hold data, or a hash of it; null when unknown. */
  readonly pattern: string | null;
  /** As sent to the store, or a hash of it; null for events, and where the span hides it. */
  readonly key: string | null;
  /** Null where a call does not tell. */
  readonly result: CacheResult | null;
  /** Epoch milliseconds: of the event, or when the call began. */
  readonly timeMs: number;
}

/** Reads of single keys that this span (or some of its events) shows, in their order on it; batched reads are none. */
export function cacheReadsOf(
  span: Span,
  events: Span['events'] = span.events,
): readonly CacheRead[] {
  const command = storeRead(span) ?? cacheSpanRead(span);
  if (events.length === 0) return command === undefined ? noReads : [command];
  const reads = events.flatMap((event) => eventRead(span, event) ?? noReads);
  if (command !== undefined) reads.push(command);
  return reads;
}

const noReads: readonly CacheRead[] = [];

function eventRead(span: Span, { name, timeMs, attributes }: SpanEvent): CacheRead | undefined {
  const result = results.get(name);
  if (result === undefined) return undefined;
  const cache = attributes[ATTR_CACHE_NAME];
  const pattern = attributes[ATTR_CACHE_KEY_PATTERN];
  return {
    span,
    isEvent: true,
    cache: typeof cache === 'string' ? cache : '',
    verb: '',
    pattern: typeof pattern === 'string' ? pattern : null,
    key: null,
    result,
    timeMs,
  };
}

const results: ReadonlyMap<string, CacheResult> = new Map([
  [EVENT_CACHE_HIT, 'hit'],
  [EVENT_CACHE_STALE_HIT, 'stale_hit'],
  [EVENT_CACHE_MISS, 'miss'],
] as const);

function storeRead(span: Span): CacheRead | undefined {
  const command = storeCommandOf(span.attributes);
  if (command === undefined) return undefined;
  const result = toldResult(span.attributes);
  return { span, isEvent: false, ...command, result, timeMs: span.startMs };
}

/**
 * `GET key` of Redis, Valkey or Memcached. A command of a pipeline or of MULTI is batched already,
 * and so are several keys in one command.
 */
function storeCommandOf(
  attributes: Attributes,
): Pick<CacheRead, 'cache' | 'verb' | 'pattern' | 'key'> | undefined {
  const system = databaseSystem(attributes);
  if (system === undefined || queryLanguageOf(system) !== 'command') return undefined;
  const operation = attributes['db.operation.name'] ?? attributes['db.operation'];
  const [first = '', key = '?', another] = (statementText(attributes) ?? '').trim().split(/\s+/, 3);
  const verb = (typeof operation === 'string' ? operation : first).slice(0, 100).toUpperCase();
  const takesMore = singleKeyReads.get(verb);
  if (takesMore === undefined || (another !== undefined && !takesMore)) return undefined;
  const database = attributes['db.namespace'] ?? attributes['db.name'];
  const [keyHash, patternHash] = hashesOf(attributes);
  return {
    cache: database === undefined ? system : `${system} ${String(database)}`,
    verb,
    pattern: patternHash ?? (key === '?' ? null : patternOf(key)),
    key: keyHash ?? (key === '?' ? null : key),
  };
}

/** Whether the store had it, where the span says so: `cache.hit`, `cache.request.result`. */
function toldResult(attributes: Attributes): CacheResult | null {
  const hit = attributes['cache.hit'];
  if (typeof hit === 'boolean') return hit ? 'hit' : 'miss';
  const said = attributes['cache.request.result'];
  if (said === 'stale') return 'stale_hit';
  if (said === 'negative') return 'hit';
  return said === 'hit' || said === 'miss' ? said : null;
}

/** A cache's own span around one read that says whether it hit. */
function cacheSpanRead(span: Span): CacheRead | undefined {
  const { attributes } = span;
  const cache = attributes[ATTR_CACHE_NAME];
  const result = toldResult(attributes);
  if (typeof cache !== 'string' || result === null) return undefined;
  const pattern = attributes[ATTR_CACHE_KEY_PATTERN];
  return {
    span,
    isEvent: false,
    cache,
    verb: '',
    pattern: typeof pattern === 'string' ? pattern : null,
    key: null,
    result,
    timeMs: span.startMs,
  };
}

/**
 * The key that a call reads and its pattern; null for all that is no read of one key. For whoever
 * hides keys and still wants them to be told apart.
 */
export function storeKeyOf(attributes: Attributes): { key: string; pattern: string } | null {
  const { key = null, pattern = null } = storeCommandOf(attributes) ?? {};
  return key === null || pattern === null ? null : { key, pattern };
}

function hashesOf(attributes: Attributes): readonly (string | undefined)[] {
  const hashes = attributes[ATTR_CACHE_KEY_HASH];
  return typeof hashes === 'string' ? hashes.split('/') : [];
}

/** Commands that read what one key holds, and whether more than the key may follow them. */
const singleKeyReads: ReadonlyMap<string, boolean> = new Map([
  ['GET', false],
  ['GETS', false],
  ['GETEX', true],
  ['HGET', true],
  ['HMGET', true],
  ['HGETALL', false],
  ['SMEMBERS', false],
  ['EXISTS', false],
  ['JSON.GET', true],
]);

/**
 * `user:42:notes` as `user:*:notes`, `user_42` as `user_*`: what holds a digit is a key. Colons may
 * be percent-encoded, as in keys that a cache has put under a namespace of its own.
 */
function patternOf(key: string): string {
  return key
    .split(/:|%3A/i)
    .map((part) => (/\d/.test(part) ? part.replace(/^([a-z]+[_./-])?.*$/is, '$1*') : part))
    .join(':');
}
