import { parametersOf } from '../database.ts';
import { groupBy } from '../group-by.ts';
import { ATTR_CACHE_KEY_PATTERN, ATTR_CACHE_NAME } from '../names.ts';
import { onceATrace } from '../once-a-trace.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';
import type { CacheRead } from './cache.ts';
import { targetOf } from './target.ts';

/** Loads of one key of a cache at the same time, and the reads that found nothing before them. */
export interface Stampede {
  readonly cache: string;
  readonly pattern: string | null;
  readonly reads: readonly CacheRead[];
  /** In order of start: identical queries or HTTP calls, or the cache's own `cache.factory` spans. */
  readonly loads: readonly Span[];
  /** What was loaded, in few words. */
  readonly loaded: string;
}

/** Starts are whole milliseconds in Node.js: only what overlaps by more is known to overlap. */
const clockStepMs = 1;
/** A load that starts later than this after a read has another reason. */
const mostBetweenMs = 100;

/**
 * Loads that are proved to be of one key: at least `least` reads (same query and parameters, or the
 * same URL) that run at the same time, each after a read of one cache that did not hit and before
 * the first load could have filled it; or as many `cache.factory` spans of one key. Unknown
 * parameters prove nothing by themselves, because a batch of different keys loads different things;
 * but they need not be known where the key is: in a command, or as a pattern without a placeholder.
 *
 * Several rules leave to `cache-stampede` what stands here, so the answer is kept with the trace.
 */
export function stampedesOf(trace: Trace, least: number): readonly Stampede[] {
  const known = lastOf(trace);
  if (known.least !== least) {
    known.found = readStampedes(trace, least);
    known.least = least;
  }
  return known.found;
}

/** `least` is the same for all who ask, unless limits differ by rule. */
const lastOf = onceATrace(() => ({ least: NaN, found: none }));
const none: readonly Stampede[] = [];

function readStampedes(trace: Trace, least: number): readonly Stampede[] {
  const factories = trace.others.filter(isFactory).map(factoryRead);
  const reads = [...factories, ...trace.cacheReads.filter(({ result }) => mayHaveMissed(result))];
  if (reads.length < least) return [];
  const stampedes = ownLoads(factories, least);
  const taken = new Set<Span>();
  const own = new Set(stampedes.flatMap(({ loads }) => [...loads]));
  const isInOwn = (span: Span): boolean => {
    for (const above of trace.ancestorsOf(span)) if (own.has(above)) return true;
    return false;
  };
  const sets = groupBy(inOrderOfAnswers(reads), ({ cache, pattern, verb, key }) =>
    [cache, pattern, verb, key].join('\u0000'),
  );
  for (const loads of identicalLoads(trace, least)) {
    if (own.size > 0 && loads.spans.every(isInOwn)) continue;
    for (const same of sets.values()) {
      if (taken.has(loads.spans[0]!)) break;
      if (!loads.isProved && !isOneKey(same[0]!)) continue;
      const before = readsBefore(trace, same, loads.spans);
      if (before === undefined) continue;
      for (const span of loads.spans) taken.add(span);
      const { cache, pattern } = before[0]!;
      stampedes.push({ cache, pattern, reads: before, loads: loads.spans, loaded: loads.text });
    }
  }
  return stampedes;
}

function mayHaveMissed(result: CacheRead['result']): boolean {
  return result === 'miss' || result === null;
}

/** True when reads like this one are of one key: the store was told it, or its pattern leaves nothing open. */
function isOneKey({ key, pattern, isEvent }: CacheRead): boolean {
  if (key !== null) return true;
  return isEvent && pattern !== null && !placeholder.test(pattern);
}

/** `{id}`, `:id`, `*`, `<id>`, `%s`, `$1`, `[id]`, `?`. */
const placeholder = /[{*<%$[?#]|(?:^|[:/]):|:id\b/i;

/** A cache's own span around the load of one key. */
function isFactory({ name }: Span): boolean {
  return name.startsWith('cache.factory');
}

function factoryRead(span: Span): CacheRead {
  const { attributes, startMs } = span;
  const cache = attributes[ATTR_CACHE_NAME];
  const pattern = attributes[ATTR_CACHE_KEY_PATTERN];
  const key = attributes['cache.key'];
  return {
    span,
    isEvent: true,
    cache: typeof cache === 'string' ? cache : '',
    verb: '',
    pattern: typeof pattern === 'string' ? pattern : null,
    key: key === undefined ? null : String(key),
    result: 'miss',
    timeMs: startMs,
  };
}

function ownLoads(factories: readonly CacheRead[], least: number): Stampede[] {
  const known = factories.filter(({ key }) => key !== null);
  if (known.length < least) return [];
  return [...groupBy(known, ({ cache, key }) => `${cache}\u0000${key}`).values()].flatMap((same) =>
    concurrent(inOrderOfStart(same), least).map((reads) => {
      const { cache, pattern } = reads[0]!;
      const loads = reads.map(({ span }) => span);
      return { cache, pattern, reads, loads, loaded: `a key of ${cache || 'a cache'}` };
    }),
  );
}

interface Load {
  readonly span: Span;
  readonly text: string;
  readonly identity: string;
  /** False when equal identities may still ask for different things. */
  readonly isProved: boolean;
}

function identicalLoads(
  trace: Trace,
  least: number,
): { readonly spans: readonly Span[]; readonly text: string; readonly isProved: boolean }[] {
  const alike = groupBy([...queryLoads(trace), ...httpLoads(trace)], ({ identity }) => identity);
  return [...alike.values()].flatMap((same) =>
    same.length < least
      ? []
      : concurrent(inOrderOfStart(same), least).map((loads) => {
          const { text, isProved } = loads[0]!;
          return { spans: loads.map(({ span }) => span), text, isProved };
        }),
  );
}

function queryLoads({ queries }: Trace): Load[] {
  return queries.flatMap((query) => {
    const { span, statement } = query;
    const { operation, hash, summary } = statement.shape;
    if (operation !== 'SELECT' && operation !== 'WITH') return [];
    const parameters = parametersOf(query);
    const identity = [hash, targetOf(span), parameters === null, parameters].join('\u0000');
    return [{ span, text: summary, identity, isProved: parameters !== null }];
  });
}

function httpLoads({ httpCalls }: Trace): Load[] {
  return httpCalls.flatMap(({ span, method, host, sentPath, query, template }) => {
    if (method !== 'GET' || query === '') return [];
    return [
      { span, text: template, identity: `${host}${sentPath}?${query ?? ''}`, isProved: true },
    ];
  });
}

/**
 * Of calls in order of start, the runs without a pause in which at least `least` run at one time.
 * Calls as short as the clock's step are left out, because nothing shows what they overlap.
 */
function concurrent<C extends { readonly span: Span }>(given: readonly C[], least: number): C[][] {
  const calls = given.filter(({ span }) => span.durationMs > clockStepMs);
  const ends = calls.map(({ span }) => endOf(span)).sort((a, b) => a - b);
  const runs: { calls: C[]; mostAtOnce: number }[] = [];
  let ended = 0;
  calls.forEach((call, started) => {
    while (ends[ended]! <= call.span.startMs + clockStepMs) ended++;
    const open = started - ended;
    if (open === 0) runs.push({ calls: [], mostAtOnce: 0 });
    const run = runs.at(-1)!;
    run.calls.push(call);
    run.mostAtOnce = Math.max(run.mostAtOnce, open + 1);
  });
  return runs.filter(({ mostAtOnce }) => mostAtOnce >= least).map((run) => run.calls);
}

/** A read for each load (reads in order of answer), made before it and before the first of them ended; undefined when one lacks. */
function readsBefore(
  trace: Trace,
  reads: readonly CacheRead[],
  loads: readonly Span[],
): CacheRead[] | undefined {
  if (reads.length < loads.length) return undefined;
  const firstEndMs = Math.min(...loads.map(endOf));
  const fromMs = loads[0]!.startMs - mostBetweenMs;
  const near = reads.filter((read) => answeredMs(read) >= fromMs && answeredMs(read) < firstEndMs);
  const before = loads.map((load, n) => {
    const read = near[n];
    return read !== undefined && answeredMs(read) <= load.startMs + clockStepMs ? read : undefined;
  });
  const found = before.flatMap((read) => read ?? []);
  if (found.length < loads.length) return undefined;
  const readers = new Set(
    found.map(({ span, isEvent }) => (isEvent ? span.spanId : span.parentSpanId)),
  );
  return loads.every((load) => isBelowAny(trace, load, readers)) ? found : undefined;
}

function isBelowAny(trace: Trace, load: Span, spanIds: ReadonlySet<string | undefined>): boolean {
  if (spanIds.has(load.parentSpanId)) return true;
  for (const { spanId } of trace.ancestorsOf(load)) if (spanIds.has(spanId)) return true;
  return false;
}

function inOrderOfAnswers(reads: readonly CacheRead[]): CacheRead[] {
  return [...reads].sort(
    (a, b) => answeredMs(a) - answeredMs(b) || (nameOf(a) < nameOf(b) ? -1 : 1),
  );
}

function nameOf({ cache, pattern, key, span }: CacheRead): string {
  return [cache, pattern, key, span.spanId].join('\u0000');
}

/** When the reader knew: an event is written then, a call has ended then. */
function answeredMs({ span, isEvent, timeMs }: CacheRead): number {
  return isEvent ? timeMs : endOf(span);
}

function endOf({ startMs, durationMs }: Span): number {
  return startMs + durationMs;
}
