import { flag, positiveNumber, resolveOptions, wholeNumber } from './option-table.ts';
import type { OptionsOf } from './option-table.ts';
import { knownProblemsOption, suppressionsOption } from './suppression.ts';
import { thresholdsOption } from './thresholds.ts';

/** Every option of the engine. */
export const engineOptionTable = {
  minRepeats: wholeNumber(5, 2, {
    env: 'SPANDREL_MIN_REPEATS',
    doc: 'Calls of one shape (queries, HTTP calls, cache reads) from one place in one trace before they are an N+1.',
  }),
  minDuplicates: wholeNumber(2, 2, {
    env: 'SPANDREL_MIN_DUPLICATES',
    doc: 'Same reads with the same parameters and no write in between before they are duplicates.',
  }),
  allowRowPerTransaction: flag(true, {
    env: 'SPANDREL_ALLOW_ROW_PER_TRANSACTION',
    doc: 'A job (no server request) may write row by row when each row has a transaction of its own.',
  }),
  slowQueryMs: positiveNumber(200, {
    env: 'SPANDREL_SLOW_QUERY_MS',
    doc: 'A query of at least this many milliseconds is slow.',
  }),
  slowHttpMs: positiveNumber(500, {
    env: 'SPANDREL_SLOW_HTTP_MS',
    doc: 'An outgoing HTTP call of at least this many milliseconds is slow.',
  }),
  slowEndpointMs: positiveNumber(1000, {
    env: 'SPANDREL_SLOW_ENDPOINT_MS',
    doc: 'A request of at least this many milliseconds is slow; an endpoint is when its p95 is.',
  }),
  baselineFactor: positiveNumber(3, {
    env: 'SPANDREL_BASELINE_FACTOR',
    doc: 'A request that takes this many times the p95 its endpoint had before is slow, also below the limit.',
  }),
  minBaselineCalls: wholeNumber(100, 1, {
    env: 'SPANDREL_MIN_BASELINE_CALLS',
    doc: 'Calls an endpoint must have had before its own p95 counts as its baseline.',
  }),
  minSerialQueries: wholeNumber(3, 2, {
    env: 'SPANDREL_MIN_SERIAL_QUERIES',
    doc: 'Independent queries awaited one after another before they are reported.',
  }),
  minSerialSavingMs: positiveNumber(5, {
    env: 'SPANDREL_MIN_SERIAL_SAVING_MS',
    doc: 'Time that running them together must save, in milliseconds.',
  }),
  poolWaitMs: positiveNumber(50, {
    env: 'SPANDREL_POOL_WAIT_MS',
    doc: 'Time a request may wait for connections of a pool, in milliseconds.',
  }),
  longTransactionMs: positiveNumber(1000, {
    env: 'SPANDREL_LONG_TRANSACTION_MS',
    doc: 'A transaction open for at least this many milliseconds is long.',
  }),
  idleInTransactionMs: positiveNumber(100, {
    env: 'SPANDREL_IDLE_IN_TRANSACTION_MS',
    doc: 'A transaction that runs nothing for at least this many milliseconds on end is long, too.',
  }),
  maxResultRows: wholeNumber(1000, 1, {
    env: 'SPANDREL_MAX_RESULT_ROWS',
    doc: 'A query may return this many rows.',
  }),
  minStampede: wholeNumber(3, 2, {
    env: 'SPANDREL_MIN_STAMPEDE',
    doc: 'Loads of one key at the same time before they are a stampede.',
  }),
  minHitPercent: wholeNumber(50, 1, {
    env: 'SPANDREL_MIN_HIT_PERCENT',
    doc: 'Hits of 100 cache reads below which a cache does not pay.',
  }),
  minCacheReads: wholeNumber(50, 1, {
    env: 'SPANDREL_MIN_CACHE_READS',
    doc: 'Reads of a cache in the window before its hit ratio is judged.',
  }),
  minErrors: wholeNumber(5, 2, {
    env: 'SPANDREL_MIN_ERRORS',
    doc: 'Failures of one operation in one trace before they are a burst.',
  }),
  minRetries: wholeNumber(3, 2, {
    env: 'SPANDREL_MIN_RETRIES',
    doc: 'Attempts at one call that follow a failure of it at once, before they are a storm.',
  }),
  minCacheableReads: wholeNumber(20, 2, {
    env: 'SPANDREL_MIN_CACHEABLE_READS',
    doc: 'Requests that read the same with the same parameters in the window before it is worth a cache.',
  }),
  windowMs: positiveNumber(60_000, {
    env: 'SPANDREL_WINDOW_MS',
    doc: 'Sliding time over which p50, p95 and p99 are taken, in milliseconds.',
  }),
  watchWindowMs: positiveNumber(60_000, {
    env: 'SPANDREL_WATCH_WINDOW_MS',
    doc: 'Time in which reads of a cache, and equal reads of different requests, are counted together, in milliseconds.',
  }),
  settleMs: positiveNumber(1000, {
    env: null,
    doc: 'Offline and streamed input: quiet time after which a trace with a root is judged, in milliseconds.',
  }),
  maxOpenTraces: wholeNumber(5000, 1, {
    env: 'SPANDREL_MAX_OPEN_TRACES',
    doc: 'Traces held open at once. In a process further ones pass unjudged; a reader judges the quietest early. Both are counted.',
  }),
  maxSpansPerTrace: wholeNumber(10_000, 1, {
    env: 'SPANDREL_MAX_SPANS_PER_TRACE',
    doc: 'Spans judged in one trace; further ones pass through and are counted.',
  }),
  maxHeldSpans: wholeNumber(50_000, 1, {
    env: 'SPANDREL_MAX_HELD_SPANS',
    doc: 'Offline and streamed input: spans held at once until their trace is judged; beyond it a quiet trace makes room.',
  }),
  maxEndpoints: wholeNumber(500, 1, {
    env: 'SPANDREL_MAX_ENDPOINTS',
    doc: 'Endpoints with statistics of their own; the rest share one row named (other).',
  }),
  maxShapes: wholeNumber(2000, 1, {
    env: 'SPANDREL_MAX_SHAPES',
    doc: 'Query shapes kept; beyond it the remembered statements start afresh.',
  }),
  maxStatements: wholeNumber(10_000, 1, {
    env: 'SPANDREL_MAX_STATEMENTS',
    doc: 'Statement texts remembered with their shape.',
  }),
  maxStatementBytes: wholeNumber(16 * 1024 * 1024, 1024, {
    env: 'SPANDREL_MAX_STATEMENT_BYTES',
    doc: 'Memory for remembered statement texts, in bytes.',
  }),
  maxFindingsPerTrace: wholeNumber(50, 1, {
    env: 'SPANDREL_MAX_FINDINGS_PER_TRACE',
    doc: 'Findings reported for one trace, costliest first; the rest are counted.',
  }),
  maxProblems: wholeNumber(2000, 1, {
    env: 'SPANDREL_MAX_PROBLEMS',
    doc: 'Problems (fingerprints over time) remembered for the report.',
  }),
  historyMs: positiveNumber(3_600_000, {
    env: null,
    doc: 'History of endpoints, query shapes and caches, in milliseconds: an hour at least; 24 h and 7 d in coarser slots.',
  }),
  maxStatisticsBytes: wholeNumber(16 * 1024 * 1024, 1024, {
    env: 'SPANDREL_MAX_STATISTICS_BYTES',
    doc: 'Memory for that history, in bytes; beyond it slots of time keep their totals and lose their quantiles.',
  }),
  maxCaches: wholeNumber(200, 1, {
    env: 'SPANDREL_MAX_CACHES',
    doc: 'Caches with statistics of their own; the rest share one row named (other).',
  }),
  maxRequests: wholeNumber(1000, 1, {
    env: 'SPANDREL_MAX_REQUESTS',
    doc: 'Requests remembered one by one, the last ones.',
  }),
  maxWatchedReads: wholeNumber(10_000, 1, {
    env: 'SPANDREL_MAX_WATCHED_READS',
    doc: 'Reads (query shape and parameters) watched at once for what a cache would save.',
  }),
  suppress: suppressionsOption,
  knownProblems: knownProblemsOption,
  thresholds: thresholdsOption,
  explain: flag(false, {
    env: null,
    doc: 'Also say, per rule, the nearest miss and the limit that stopped it.',
  }),
};

export type ResolvedEngineOptions = OptionsOf<typeof engineOptionTable>;
export type EngineOptions = Partial<ResolvedEngineOptions>;

/** Defaults filled in and checked; throws a `RangeError` naming option, rule and value. */
export function resolveEngineOptions(given: EngineOptions = {}): ResolvedEngineOptions {
  return resolveOptions(engineOptionTable, given);
}
