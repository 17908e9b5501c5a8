import {
  ATTR_CACHE_HIT_COUNT,
  ATTR_CACHE_MISS_COUNT,
  EVENT_CACHE_HIT,
  EVENT_CACHE_MISS,
  EVENT_CACHE_STALE_HIT,
} from './names.ts';
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
  /**
   * Spans still open when the root ended, such as a framework's handler span: they lend their
   * place in the tree, their route, and the cache events they held by then.
   */
  readonly open?: readonly Span[];
  /** Without a root: events up to this time have counted for the root already. Epoch milliseconds. */
  readonly countedUntilMs?: number;
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
    const { open = noSpans, countedUntilMs = -Infinity } = circumstances;
    const endpoint =
      root === undefined
        ? (circumstances.endpoint ?? '(unknown)')
        : endpointOf(root, open.length === 0 ? spans : [...spans, ...open]);
    const trace = new Trace(root, spans, endpoint, this.statements, open);
    const cache = new CacheReads();
    cache.count(spans, countedUntilMs, Infinity);
    if (root !== undefined) {
      cache.count(open, -Infinity, endOf(root) + clockStepMs);
      cache.atLeast(root);
    }
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
      cacheHitCount: cache.hitCount,
      cacheMissCount: cache.missCount,
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

const noSpans: readonly Span[] = [];

/** Starts are whole milliseconds in Node.js, so times of different spans differ by up to one. */
const clockStepMs = 1;

function endOf({ startMs, durationMs }: Span): number {
  return startMs + durationMs;
}

/** Hits and misses, by the events the cache leaves on spans. */
class CacheReads {
  hitCount = 0;
  missCount = 0;

  /** What a root judged in its own process says, where spans of it are still on their way. */
  atLeast({ attributes }: Span): void {
    this.hitCount = Math.max(this.hitCount, numberOr0(attributes[ATTR_CACHE_HIT_COUNT]));
    this.missCount = Math.max(this.missCount, numberOr0(attributes[ATTR_CACHE_MISS_COUNT]));
  }

  /**
   * Counts events after `afterMs` and up to `untilMs`. The cache writes at most 32 events on a span
   * and then its totals as attributes, which count where the whole span counts.
   */
  count(spans: readonly Span[], afterMs: number, untilMs: number): void {
    const isWhole = afterMs === -Infinity;
    for (const { events, attributes } of spans) {
      if (events.length === 0) continue;
      let hits = 0;
      let misses = 0;
      for (const { name, timeMs } of events) {
        if (timeMs <= afterMs || timeMs > untilMs) continue;
        if (name === EVENT_CACHE_HIT || name === EVENT_CACHE_STALE_HIT) hits++;
        else if (name === EVENT_CACHE_MISS) misses++;
      }
      this.hitCount += isWhole ? Math.max(hits, numberOr0(attributes['cache.hit.count'])) : hits;
      this.missCount += isWhole
        ? Math.max(misses, numberOr0(attributes['cache.miss.count']))
        : misses;
    }
  }
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
