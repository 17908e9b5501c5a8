import { flag, positiveNumber, resolveOptions, wholeNumber } from './option-table.ts';
import type { OptionsOf } from './option-table.ts';

/** Every option of the engine. */
export const engineOptionTable = {
  minRepeats: wholeNumber(5, 2, {
    env: 'SPANDREL_MIN_REPEATS',
    doc: 'Same-shape queries in one trace before they are an N+1.',
  }),
  slowQueryMs: positiveNumber(200, {
    env: 'SPANDREL_SLOW_QUERY_MS',
    doc: 'A query of at least this many milliseconds is slow.',
  }),
  slowEndpointMs: positiveNumber(1000, {
    env: 'SPANDREL_SLOW_ENDPOINT_MS',
    doc: 'A request of at least this many milliseconds is slow; an endpoint is when its p95 is.',
  }),
  windowMs: positiveNumber(60_000, {
    env: 'SPANDREL_WINDOW_MS',
    doc: 'Sliding time over which p50, p95 and p99 are taken, in milliseconds.',
  }),
  settleMs: positiveNumber(1000, {
    env: null,
    doc: 'Offline and streamed input: quiet time after which a trace with a root is judged, in milliseconds.',
  }),
  maxOpenTraces: wholeNumber(5000, 1, {
    env: 'SPANDREL_MAX_OPEN_TRACES',
    doc: 'Traces held open at once; further ones pass unjudged and are counted.',
  }),
  maxSpansPerTrace: wholeNumber(10_000, 1, {
    env: 'SPANDREL_MAX_SPANS_PER_TRACE',
    doc: 'Spans judged in one trace; further ones pass through and are counted.',
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
