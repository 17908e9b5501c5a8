import {
  ATTR_CACHE_HIT_COUNT,
  ATTR_CACHE_MISS_COUNT,
  EVENT_CACHE_HIT,
  EVENT_CACHE_MISS,
  EVENT_CACHE_STALE_HIT,
} from './names.ts';
import { endpointOf } from './endpoint.ts';
import { liveOptions } from './live-options.ts';
import type { LiveOptions } from './live-options.ts';
import type { ResolvedEngineOptions } from './options.ts';
import type { CacheRead } from './calls/cache.ts';
import type { Query } from './database.ts';
import { rules, wholeTraceRules } from './rules/index.ts';
import type { ServiceFinding } from './rules/n-plus-one-remote.ts';
import type { Baseline, NearMiss, Rule } from './rules/rule.ts';
import { allowedRepeats, Suppressions } from './suppression.ts';
import type { Suppressed } from './suppression.ts';
import { Thresholds } from './thresholds.ts';
import { worstOf } from './severity.ts';
import { Statements } from './sql/statements.ts';
import { Trace } from './trace.ts';
import { StatusCode } from './types.ts';
import type { Finding, Severity, Span } from './types.ts';

/** What one trace showed. */
export interface Verdict {
  readonly traceId: string;
  readonly endpoint: string;
  /** Undefined for children that ended after their root. */
  readonly root: Span | undefined;
  /** True when the cap on judged spans left some out: what is not seen may have been there. */
  readonly isCut: boolean;
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
  /** Findings that were not to be reported. */
  readonly suppressed: readonly Suppressed[];
  readonly severity: Severity | null;
  /** Leaf queries, as they arrived. */
  readonly queries: readonly Query[];
  /** Reads of caches that count for this verdict, as they arrived. */
  readonly cacheReads: readonly CacheRead[];
  readonly queryCount: number;
  /** Sum of the queries' durations; more than the wall time when they ran in parallel. */
  readonly queryDurationMs: number;
  readonly cacheHitCount: number;
  readonly cacheMissCount: number;
  /** Filled with `explain` only. */
  readonly nearest: readonly NearMiss[];
}

/** The spans of one local root of one service, and what its verdict named it. */
export interface WholePart {
  readonly service: string;
  readonly endpoint: string;
  readonly root: Span;
  readonly spans: readonly Span[];
  readonly open?: readonly Span[];
}

/** What all parts of a trace showed together. */
export interface WholeVerdict {
  readonly findings: readonly ServiceFinding[];
  readonly suppressed: readonly (Suppressed & { readonly service: string })[];
  readonly nearest: readonly NearMiss[];
}

/** Facts about a set of spans that are not in them. */
export interface Circumstances {
  /** True when the cap on judged spans left some out. */
  readonly isCut?: boolean;
  /** How the endpoint did before; null or absent while that is not known. */
  readonly baselineOf?: (endpoint: string) => Baseline | null;
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
  readonly statements: Statements;
  readonly #live: LiveOptions;
  readonly #thresholds: Thresholds;
  readonly #suppressions: Suppressions;

  /** Caps and suppressions are taken now, limits and `explain` anew for every trace. */
  constructor(given: ResolvedEngineOptions | LiveOptions) {
    this.#live = liveOptions(given);
    const { current } = this.#live;
    this.statements = new Statements(current);
    this.#thresholds = new Thresholds(this.#live);
    this.#suppressions = new Suppressions(current);
  }

  get options(): ResolvedEngineOptions {
    return this.#live.current;
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
    const trace = new Trace(root, spans, endpoint, this.statements, { open, countedUntilMs });
    const cache = cacheTotalsOf(trace, countedUntilMs === -Infinity);
    const { findings, suppressed, nearest } = this.#ask(trace, circumstances);
    const kept = findings.slice(0, this.options.maxFindingsPerTrace);
    let queryDurationMs = 0;
    for (const { span } of trace.queries) queryDurationMs += span.durationMs;
    return {
      traceId: trace.traceId,
      endpoint,
      root,
      isCut: circumstances.isCut ?? false,
      hasRoot: root !== undefined,
      startMs: root?.startMs ?? spans[0]?.startMs ?? 0,
      durationMs: root?.durationMs ?? 0,
      isError: root !== undefined && isError(root),
      isSlow: root !== undefined && root.durationMs >= this.#slowEndpointMs(endpoint),
      findings: kept,
      findingsDropped: findings.length - kept.length,
      suppressed,
      severity: worstOf(kept),
      queries: trace.queries,
      cacheReads: trace.cacheReads,
      queryCount: trace.queries.length,
      queryDurationMs,
      cacheHitCount: cache.hitCount,
      cacheMissCount: cache.missCount,
      nearest,
    };
  }

  /**
   * Asks the rules that look at all parts of a trace over several services. `parts` are what each
   * local root was judged with. Suppression and limits are those of the service that called.
   */
  judgeWhole(parts: readonly WholePart[]): WholeVerdict {
    const judged = parts.map(({ service, endpoint, root, spans, open = noSpans }) => {
      return { service, trace: new Trace(root, spans, endpoint, this.statements, { open }) };
    });
    const found: ServiceFinding[] = [];
    const suppressed: (Suppressed & { service: string })[] = [];
    const nearest: NearMiss[] = [];
    for (const rule of wholeTraceRules) {
      const verdict = rule.judge(judged, ({ trace }) => ({
        options: this.#thresholds.for(rule.name, trace.endpoint),
        isCut: false,
        baseline: null,
      }));
      nearest.push(...verdict.nearest);
      for (const { service, finding } of verdict.findings) {
        const members = judged.flatMap(({ trace }) => membersOf(finding, trace));
        const reason = allowedRepeats(members) ?? this.#suppressions.reasonFor(finding);
        if (reason === null) found.push({ service, finding });
        else suppressed.push({ service, finding, reason });
      }
    }
    return { findings: found, suppressed, nearest };
  }

  #ask(trace: Trace, { isCut = false, baselineOf }: Circumstances): Answers {
    const { endpoint } = trace;
    const baseline = trace.root === undefined ? null : (baselineOf?.(endpoint) ?? null);
    const answers: Answers = { findings: [], suppressed: [], nearest: [] };
    for (const rule of rules) {
      const options = this.#thresholds.for(rule.name, endpoint);
      const { findings, nearest } = rule.judge(trace, { options, isCut, baseline });
      for (const finding of findings) this.#place(finding, rule, trace, answers);
      if (nearest !== null) answers.nearest.push(nearest);
    }
    if (answers.findings.length > 1) answers.findings.sort((a, b) => b.costMs - a.costMs);
    return answers;
  }

  #slowEndpointMs(endpoint: string): number {
    return this.#thresholds.for('slow-endpoint', endpoint).slowEndpointMs;
  }

  #place(finding: Finding, rule: Rule, trace: Trace, answers: Answers): void {
    const allowed = rule.isAboutRepeats === true ? allowedRepeats(membersOf(finding, trace)) : null;
    const reason = allowed ?? this.#suppressions.reasonFor(finding);
    if (reason === null) {
      answers.findings.push(finding);
      return;
    }
    answers.suppressed.push({ finding, reason });
    const text = `${finding.message}, but it is suppressed: ${reason}`;
    if (this.options.explain) answers.nearest.push({ rule: rule.name, text });
  }
}

interface Answers {
  readonly findings: Finding[];
  readonly suppressed: Suppressed[];
  readonly nearest: NearMiss[];
}

function membersOf({ spanIds }: Finding, trace: Trace): Span[] {
  return spanIds.flatMap((id) => trace.spanOf(id) ?? []);
}

function isError({ statusCode, attributes }: Span): boolean {
  const status = attributes['http.response.status_code'] ?? attributes['http.status_code'];
  return statusCode === StatusCode.error || (typeof status === 'number' && status >= 500);
}

const noSpans: readonly Span[] = [];

/**
 * Hits and misses, by the events the cache leaves on spans. It writes at most 32 on a span and then
 * its totals as attributes, which count where whole spans count (`isWhole`). A root judged in its
 * own process says itself what it read, where spans of it are still on their way.
 */
function cacheTotalsOf(trace: Trace, isWhole: boolean): { hitCount: number; missCount: number } {
  let hitCount = 0;
  let missCount = 0;
  for (const { isEvent, result } of trace.cacheReads) {
    if (!isEvent) continue;
    if (result === 'miss') missCount++;
    else hitCount++;
  }
  if (isWhole) {
    for (const span of trace.spans) {
      if (span.events.length === 0 || !hasTotals(span)) continue;
      const { attributes, events } = span;
      const misses = countOf(events, EVENT_CACHE_MISS);
      const hits = countOf(events, EVENT_CACHE_HIT) + countOf(events, EVENT_CACHE_STALE_HIT);
      hitCount += Math.max(0, numberOr0(attributes['cache.hit.count']) - hits);
      missCount += Math.max(0, numberOr0(attributes['cache.miss.count']) - misses);
    }
  }
  const said = trace.root?.attributes ?? {};
  return {
    hitCount: Math.max(hitCount, numberOr0(said[ATTR_CACHE_HIT_COUNT])),
    missCount: Math.max(missCount, numberOr0(said[ATTR_CACHE_MISS_COUNT])),
  };
}

function hasTotals({ attributes }: Span): boolean {
  return 'cache.hit.count' in attributes || 'cache.miss.count' in attributes;
}

function countOf(events: Span['events'], name: string): number {
  return events.reduce((count, event) => (event.name === name ? count + 1 : count), 0);
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
