import { lowHitRateAdvice } from '../advice/cache.ts';
import type { CacheRead } from '../calls/cache.ts';
import { callersOf, callSiteOf } from '../call-site.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { Verdict } from '../judge.ts';
import { nothingFound } from '../rules/rule.ts';
import type { NearMiss } from '../rules/rule.ts';
import { durationWords } from '../rules/words.ts';
import { BoundedRows, otherRow } from '../statistics/bounded-rows.ts';
import type { Finding } from '../types.ts';
import { ToldFindings } from './told.ts';
import type { WatchContext, Watcher } from './watcher.ts';
import { WatchWindow } from './window.ts';
import type { WindowCounts } from './window.ts';

const name = 'cache-low-hit-rate';
const mostPatterns = 50;

/** Fires when a cache is read often and seldom hits, and does not get better. */
export const cacheLowHitRate: Watcher = {
  name,
  title: 'Low cache hit rate',
  firesWhen:
    'Of at least `minCacheReads` reads of one cache in the window fewer than `minHitPercent` of 100 hit, and its last reads did no better.',
  looksAt: 'cacheReads',
  start({ watchWindowMs: windowMs, maxCaches }) {
    const told = new ToldFindings(windowMs, maxCaches);
    // What is beyond the cap is counted where caches have their statistics.
    const caches = new BoundedRows(
      maxCaches,
      () => new CacheWindow(),
      () => undefined,
    );
    return {
      observe(service, verdict, context) {
        let findings: Finding[] | undefined;
        let nearest: NearMiss | null = null;
        for (const read of verdict.cacheReads) {
          // A store's plain call does not say whether it found the key.
          if (read.result === null) continue;
          const cache = caches.rowFor(service, read.cache);
          if (cache === caches.get(service, otherRow)) continue;
          cache.take(read, context, windowMs);
          if (isLow(cache, context)) {
            cache.hasFired = true;
            const { minHitPercent } = context.options;
            const { cache: named } = read;
            const finding = findingOf(read, cache, verdict, minHitPercent, windowMs);
            (findings ??= []).push(finding);
            told.add(cache, service, finding, (given) => {
              const low = lowOf(cache, minHitPercent);
              return low === undefined ? given : { ...given, ...countsOf(named, low, windowMs) };
            });
          } else if (context.options.explain) {
            nearest = nearMiss(read, cache, context) ?? nearest;
          }
        }
        if (findings === undefined && nearest === null) return nothingFound;
        return { findings: findings ?? [], nearest };
      },
      grown: (endMs) => told.grown(endMs),
    };
  },
};

/** Reads of one cache. */
class CacheWindow extends WatchWindow {
  /** Windows before this one; in its first a cache may still be filling. */
  windows = 0;
  /** Misses by key pattern, for the advice. */
  readonly missesByPattern = new Map<string, number>();
  /** Reads of the stretch that is being counted, half of `minCacheReads` long. */
  readonly #stretch = { reads: 0, misses: 0 };
  /** Hits of 100 in the last whole stretch: what the cache does now, without how it began. */
  lastHitPercent: number | null = null;

  take(
    { isEvent, result, pattern }: CacheRead,
    { endMs, options }: WatchContext,
    windowMs: number,
  ): void {
    if (this.advance(endMs, windowMs)) {
      this.windows++;
      this.missesByPattern.clear();
    }
    const isMiss = result === 'miss';
    this.now.reads++;
    if (isMiss) this.now.misses++;
    // As the cache was told it; the key of a call may hold data.
    if (isMiss && isEvent && pattern !== null) this.#missed(pattern);
    const stretch = this.#stretch;
    stretch.reads++;
    if (isMiss) stretch.misses++;
    if (stretch.reads < options.minCacheReads / 2) return;
    this.lastHitPercent = hitPercentOf(stretch);
    stretch.reads = stretch.misses = 0;
  }

  #missed(pattern: string): void {
    const misses = this.missesByPattern.get(pattern);
    if (misses === undefined && this.missesByPattern.size >= mostPatterns) return;
    this.missesByPattern.set(pattern, (misses ?? 0) + 1);
  }
}

function hitPercentOf({ reads, misses }: Pick<WindowCounts, 'reads' | 'misses'>): number {
  return (100 * (reads - misses)) / reads;
}

function isLow({ hasFired, now, lastHitPercent }: CacheWindow, { options }: WatchContext): boolean {
  const { minCacheReads, minHitPercent } = options;
  if (hasFired || now.reads < minCacheReads || lastHitPercent === null) return false;
  return hitPercentOf(now) < minHitPercent && lastHitPercent < minHitPercent;
}

/** This window so far, or a whole one before it if that shows more; undefined once neither is low. */
function lowOf({ fullest, now }: CacheWindow, minHitPercent: number): WindowCounts | undefined {
  return [fullest, now].find((counts) => hitPercentOf(counts) < minHitPercent);
}

function countsOf(
  cache: string,
  { reads, misses }: WindowCounts,
  windowMs: number,
): Pick<Finding, 'message' | 'repeats'> {
  return {
    message: `${misses} of ${reads} reads of ${nameOf(cache)} within ${durationWords(windowMs)} missed: ${Math.round(hitPercentOf({ reads, misses }))} % hits`,
    repeats: misses,
  };
}

function nameOf(cache: string): string {
  return cache === '' ? 'a cache without a name' : `cache ${cache}`;
}

function findingOf(
  { span, cache }: CacheRead,
  window: CacheWindow,
  { endpoint, traceId }: Verdict,
  minHitPercent: number,
  windowMs: number,
): Finding {
  const { windows, now, missesByPattern } = window;
  const named = nameOf(cache);
  const [worst] = [...missesByPattern].sort(([, a], [, b]) => b - a);
  const isFirst = windows === 1;
  return {
    ...countsOf(cache, lowOf(window, minHitPercent) ?? now, windowMs),
    rule: name,
    fingerprint: fingerprintOf({
      rule: name,
      shape: cache,
      callSite: null,
      ancestor: '',
      endpoint: '',
    }),
    severity: 'warning',
    confidence: isFirst ? 'low' : 'high',
    endpoint,
    traceId,
    spanIds: [span.spanId],
    shape: cache,
    summary: worst === undefined ? named : `${named}, ${worst[0]}`,
    callSite: callSiteOf(span.attributes),
    callers: callersOf(span.attributes),
    parallel: null,
    // Events tell when a cache was read, not what the miss cost.
    costMs: 0,
    savingMs: null,
    advice: lowHitRateAdvice(worst?.[0] ?? null, isFirst),
  };
}

function nearMiss(
  { cache }: CacheRead,
  { now, hasFired, lastHitPercent }: CacheWindow,
  { options: { minCacheReads, minHitPercent } }: WatchContext,
): NearMiss | null {
  if (hasFired) return null;
  const hitPercent = Math.round(hitPercentOf(now));
  const read = `cache ${cache} was read ${now.reads} times in the window with ${hitPercent} % hits`;
  let text = `${read}, not below minHitPercent ${minHitPercent}`;
  if (now.reads < minCacheReads) text = `${read}, below minCacheReads ${minCacheReads}`;
  else if (hitPercentOf(now) < minHitPercent) {
    text = `${read}, but ${Math.round(lastHitPercent ?? 0)} % of its last reads hit: it was filling`;
  }
  return { rule: name, text };
}
