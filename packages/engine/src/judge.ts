import { EVENT_CACHE_HIT, EVENT_CACHE_MISS, EVENT_CACHE_STALE_HIT } from './names.ts';
import { endpointOf } from './endpoint.ts';
import type { ResolvedEngineOptions } from './options.ts';
import { rules } from './rules/index.ts';
import type { NearMiss } from './rules/rule.ts';
import { worstOf } from './severity.ts';
import { Statements } from './sql/statements.ts';
import { Trace } from './trace.ts';
import { StatusCode } from './types.ts';
import type { Finding, Severity, Span } from './types.ts';

/** What one trace showed. */
export interface Verdict {
  readonly endpoint: string;
  /** False for children that ended after their root: they count as no call of the endpoint. */
  readonly hasRoot: boolean;
  readonly startMs: number;
  readonly durationMs: number;
  readonly isError: boolean;
  /** True when the root took at least `slowEndpointMs`. */
  readonly isSlow: boolean;
  /** Costliest first. */
  readonly findings: readonly Finding[];
  /** Findings beyond `maxFindingsPerTrace`, not in `findings`. */
  readonly findingsDropped: number;
  readonly severity: Severity | null;
  readonly queryCount: number;
  /** Sum of the queries' durations; more than the wall time when they ran in parallel. */
  readonly queryDurationMs: number;
  readonly cacheHitCount: number;
  readonly cacheMissCount: number;
  /** Filled with `explain` only. */
  readonly nearest: readonly NearMiss[];
}

/** Facts about a set of spans that are not in them. */
export interface Circumstances {
  /** True when the cap on judged spans left some out. */
  readonly isCut?: boolean;
  /** Name to use when there is no root. */
  readonly endpoint?: string;
}

/** Asks every rule once per trace. Holds nothing but the statements it has read. */
export class Judge {
  readonly options: ResolvedEngineOptions;
  readonly statements: Statements;

  constructor(options: ResolvedEngineOptions) {
    this.options = options;
    this.statements = new Statements(options);
  }

  /**
   * `spans` are the ended spans of one local root, the root among them, in any order; they are not
   * changed. Without `root` they are late children. Never throws on odd input.
   * Cost: linear in the spans; findings add work only for shapes that repeat.
   */
  judge(
    root: Span | undefined,
    spans: readonly Span[],
    circumstances: Circumstances = {},
  ): Verdict {
    const endpoint =
      root === undefined ? (circumstances.endpoint ?? '(unknown)') : endpointOf(root, spans);
    const trace = new Trace(root, spans, endpoint, this.statements);
    const { findings, nearest } = this.#ask(trace, circumstances.isCut ?? false);
    const kept = findings.slice(0, this.options.maxFindingsPerTrace);
    let queryDurationMs = 0;
    for (const { span } of trace.queries) queryDurationMs += span.durationMs;
    return {
      endpoint,
      hasRoot: root !== undefined,
      startMs: root?.startMs ?? spans[0]?.startMs ?? 0,
      durationMs: root?.durationMs ?? 0,
      isError: root !== undefined && isError(root),
      isSlow: root !== undefined && root.durationMs >= this.options.slowEndpointMs,
      findings: kept,
      findingsDropped: findings.length - kept.length,
      severity: worstOf(kept),
      queryCount: trace.queries.length,
      queryDurationMs,
      ...cacheReads(spans),
      nearest,
    };
  }

  #ask(trace: Trace, isCut: boolean): { findings: Finding[]; nearest: NearMiss[] } {
    const context = { options: this.options, isCut };
    const findings: Finding[] = [];
    const nearest: NearMiss[] = [];
    for (const rule of rules) {
      const verdict = rule.judge(trace, context);
      findings.push(...verdict.findings);
      if (verdict.nearest !== null) nearest.push(verdict.nearest);
    }
    if (findings.length > 1) findings.sort((a, b) => b.costMs - a.costMs);
    return { findings, nearest };
  }
}

function isError({ statusCode, attributes }: Span): boolean {
  const status = attributes['http.response.status_code'] ?? attributes['http.status_code'];
  return statusCode === StatusCode.error || (typeof status === 'number' && status >= 500);
}

/** Events are capped per span by the cache, which then writes its totals as attributes. */
function cacheReads(spans: readonly Span[]): { cacheHitCount: number; cacheMissCount: number } {
  let cacheHitCount = 0;
  let cacheMissCount = 0;
  for (const { events, attributes } of spans) {
    if (events.length === 0) continue;
    let hits = 0;
    let misses = 0;
    for (const { name } of events) {
      if (name === EVENT_CACHE_HIT || name === EVENT_CACHE_STALE_HIT) hits++;
      else if (name === EVENT_CACHE_MISS) misses++;
    }
    cacheHitCount += Math.max(hits, numberOr0(attributes['cache.hit.count']));
    cacheMissCount += Math.max(misses, numberOr0(attributes['cache.miss.count']));
  }
  return { cacheHitCount, cacheMissCount };
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
