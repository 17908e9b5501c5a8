import { cacheableReadAdvice } from '../advice/cache.ts';
import { callersOf, callSiteOf } from '../call-site.ts';
import type { Query } from '../database.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { Verdict } from '../judge.ts';
import { roundedMs } from '../rounding.ts';
import { nothingFound } from '../rules/rule.ts';
import type { NearMiss } from '../rules/rule.ts';
import { durationWords } from '../rules/words.ts';
import type { QueryShape } from '../sql/statement.ts';
import type { Finding } from '../types.ts';
import { ReadsSeen } from './reads-seen.ts';
import type { Read } from './reads-seen.ts';
import { ToldFindings } from './told.ts';
import type { WatchContext, Watcher } from './watcher.ts';
import type { WindowCounts } from './window.ts';

const name = 'cacheable-read';
/** Seldom written: at most one write for so many reads. */
const readsPerWrite = 10;

/** Fires when different requests read the same again and again, and it is seldom written. */
export const cacheableRead: Watcher = {
  name,
  title: 'Cacheable read',
  firesWhen:
    'At least `minCacheableReads` requests in the window send one query shape with the same parameters, and its tables are written at most once for ten such reads.',
  looksAt: 'queries',
  start(options, count) {
    const { watchWindowMs: windowMs, maxWatchedReads } = options;
    const told = new ToldFindings(windowMs, maxWatchedReads);
    const seen = new ReadsSeen(options, () => count('maxWatchedReads', 1));
    return {
      observe(service, verdict, context) {
        const { queries, traceId, isCut } = verdict;
        const known = seen.of(service, context.endMs);
        if (known === undefined) return nothingFound;
        // What a cap left out may have been a write to anything.
        if (isCut) known.writes.note([], context.endMs);
        let findings: Finding[] | undefined;
        let closest: { query: Query; read: Read } | undefined;
        for (const query of queries) {
          const read = seen.take(known, query, traceId, context.endMs);
          if (read === undefined) continue;
          if (isWorthIt(read, context)) {
            read.hasFired = true;
            read.ofShape.silentUntilMs = read.sinceMs + windowMs;
            const finding = findingOf(query, read, verdict, windowMs);
            (findings ??= []).push(finding);
            const { shape } = query.statement;
            told.add(read, service, finding, (given) => recounted(given, shape, read, windowMs));
          } else if (context.options.explain && read.now.reads > (closest?.read.now.reads ?? 0)) {
            closest = { query, read };
          }
        }
        if (findings !== undefined) return { findings, nearest: null };
        return closest === undefined
          ? nothingFound
          : { findings: [], nearest: nearMiss(closest.query, closest.read, context) };
      },
      grown: (endMs) => told.grown(endMs),
    };
  },
};

function isWorthIt(read: Read, { options, endMs }: WatchContext): boolean {
  const { now, hasFired, ofShape } = read;
  if (hasFired || now.reads < options.minCacheableReads) return false;
  if (endMs < ofShape.silentUntilMs) return false;
  read.countWrites();
  return isSeldomWritten(now);
}

function isSeldomWritten({ reads, writes }: WindowCounts): boolean {
  return writes * readsPerWrite <= reads;
}

function findingOf(
  { span, statement: { shape } }: Query,
  read: Read,
  { endpoint, traceId }: Verdict,
  windowMs: number,
): Finding {
  const { attributes } = span;
  return {
    ...countsOf(shape, read, windowMs),
    rule: name,
    fingerprint: fingerprintOf({
      rule: name,
      shape: shape.text,
      callSite: null,
      ancestor: '',
      endpoint: '',
    }),
    severity: 'info',
    // What other programs write is not seen here.
    confidence: 'medium',
    endpoint,
    traceId,
    spanIds: [span.spanId],
    shape: shape.text,
    summary: shape.summary,
    callSite: callSiteOf(attributes),
    callers: callersOf(attributes),
    parallel: null,
  };
}

/** The same with the counts so far; as it was when its tables have been written too often since. */
function recounted(finding: Finding, shape: QueryShape, read: Read, windowMs: number): Finding {
  read.countWrites();
  if (!isSeldomWritten(fullestOf(read))) return finding;
  return { ...finding, ...countsOf(shape, read, windowMs) };
}

/** This window so far, or a whole one before it if that shows more. */
function fullestOf({ fullest, now }: Read): WindowCounts {
  return isSeldomWritten(fullest) ? fullest : now;
}

function countsOf(
  shape: QueryShape,
  read: Read,
  windowMs: number,
): Pick<Finding, 'message' | 'repeats' | 'costMs' | 'savingMs' | 'advice'> {
  const { reads, sumMs, writes } = fullestOf(read);
  const hits = Math.max(0, reads - 1 - writes);
  const savingMs = (sumMs * hits) / reads;
  const written = writes === 0 ? 'which nobody wrote' : `for ${writes} of its tables' writes`;
  return {
    message: `${reads} requests within ${durationWords(windowMs)} sent ${shape.summary} with the same parameters (${durationWords(sumMs)} in all), ${written}`,
    repeats: reads,
    costMs: roundedMs(sumMs),
    savingMs: roundedMs(savingMs),
    advice: cacheableReadAdvice({
      shape,
      hits,
      reads,
      savingMsPerMinute: (savingMs * 60_000) / windowMs,
      writeIntervalMs: read.writeIntervalMs,
    }),
  };
}

function nearMiss(
  { statement: { shape } }: Query,
  { now, hasFired }: Read,
  { options: { minCacheableReads } }: WatchContext,
): NearMiss | null {
  if (hasFired) return null;
  const read = `${shape.summary} was read with the same parameters by ${now.reads} requests in the window`;
  const text =
    now.reads < minCacheableReads
      ? `${read}, below minCacheableReads ${minCacheableReads}`
      : `${read}, but its tables were written ${now.writes} times meanwhile, more than once for ${readsPerWrite} reads`;
  return { rule: name, text };
}
