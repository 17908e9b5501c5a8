import type { Verdict } from './judge.ts';
import type { ResolvedEngineOptions } from './options.ts';
import { isWorse } from './severity.ts';
import { SlidingSketch } from './statistics/window.ts';
import type { EndpointReport, Finding, Problem, Report } from './types.ts';

/** Name of the row that endpoints beyond `maxEndpoints` share. */
export const otherEndpoints = '(other)';

const slotsPerWindow = 6;

/** What was carried away and what was lost on the way; a door knows, the engine does not. */
export interface Transport {
  readonly exported: Report['exported'];
  readonly dropped: Report['dropped'];
}

interface EndpointRecord {
  readonly service: string;
  readonly endpoint: string;
  readonly durations: SlidingSketch;
  calls: number;
  errors: number;
  queries: number;
  cacheHits: number;
  cacheMisses: number;
  readonly fingerprints: Set<string>;
}

/** What a verdict changed. */
export interface Entry {
  /** Fingerprints seen for the first time. */
  readonly firstSeen: ReadonlySet<string>;
}

/**
 * Verdicts over time: statistics per endpoint, problems per fingerprint, both bounded. Everything
 * that does not fit is counted in `overflow`, by the name of the cap.
 */
export class Ledger {
  readonly overflow: Record<string, number> = {};
  readonly #options: ResolvedEngineOptions;
  readonly #endpoints = new Map<string, EndpointRecord>();
  readonly #problems = new Map<string, Problem>();
  #startMs: number | undefined;

  constructor(options: ResolvedEngineOptions) {
    this.#options = options;
  }

  /** The account's time begins with the first call of this or of `record`. Epoch milliseconds. */
  begin(nowMs: number): void {
    this.#startMs ??= nowMs;
  }

  record(service: string, verdict: Verdict, nowMs: number): Entry {
    this.begin(nowMs);
    const record = this.#endpoint(service, verdict.endpoint);
    if (verdict.hasRoot) {
      record.durations.insert(verdict.durationMs, nowMs);
      record.calls++;
      if (verdict.isError) record.errors++;
    }
    record.queries += verdict.queryCount;
    record.cacheHits += verdict.cacheHitCount;
    record.cacheMisses += verdict.cacheMissCount;
    if (verdict.findingsDropped > 0) this.#count('maxFindingsPerTrace', verdict.findingsDropped);
    return { firstSeen: this.#remember(service, record, verdict.findings, nowMs) };
  }

  /** p50, p95, p99 and the rest for every endpoint, problems worst first. */
  report(nowMs: number, transport: Transport = nothingCarried): Report {
    const services = new Map<string, EndpointReport[]>();
    for (const record of this.#endpoints.values()) {
      const rows = services.get(record.service) ?? [];
      rows.push(this.#row(record, nowMs));
      services.set(record.service, rows);
    }
    return {
      version: 1,
      durationMs: Math.max(0, nowMs - (this.#startMs ?? nowMs)),
      services: [...services].map(([service, endpoints]) => ({ service, endpoints })),
      problems: [...this.#problems.values()].sort(worstFirst),
      ...transport,
    };
  }

  /** Live quantiles of one endpoint over the window; undefined for one never seen. */
  quantiles(service: string, endpoint: string, nowMs: number): EndpointReport | undefined {
    const record = this.#endpoints.get(key(service, endpoint));
    return record === undefined ? undefined : this.#row(record, nowMs);
  }

  #endpoint(service: string, endpoint: string): EndpointRecord {
    const known = this.#endpoints.get(key(service, endpoint));
    if (known !== undefined) return known;
    if (this.#endpoints.size >= this.#options.maxEndpoints && endpoint !== otherEndpoints) {
      this.#count('maxEndpoints', 1);
      return this.#endpoint(service, otherEndpoints);
    }
    const record: EndpointRecord = {
      service,
      endpoint,
      durations: new SlidingSketch(this.#options.windowMs, slotsPerWindow),
      calls: 0,
      errors: 0,
      queries: 0,
      cacheHits: 0,
      cacheMisses: 0,
      fingerprints: new Set(),
    };
    this.#endpoints.set(key(service, endpoint), record);
    return record;
  }

  #row(record: EndpointRecord, nowMs: number): EndpointReport {
    const sketch = record.durations.read(nowMs);
    const p95Ms = sketch.quantile(0.95);
    const reads = record.cacheHits + record.cacheMisses;
    return {
      endpoint: record.endpoint,
      calls: record.calls,
      errors: record.errors,
      p50Ms: sketch.quantile(0.5),
      p95Ms,
      p99Ms: sketch.quantile(0.99),
      maxMs: sketch.maxMs,
      queriesPerCall: record.calls === 0 ? null : record.queries / record.calls,
      cacheHitRatio: reads === 0 ? null : record.cacheHits / reads,
      slow: p95Ms !== null && p95Ms >= this.#options.slowEndpointMs,
      problems: [...record.fingerprints],
    };
  }

  #remember(
    service: string,
    record: EndpointRecord,
    findings: readonly Finding[],
    nowMs: number,
  ): ReadonlySet<string> {
    const firstSeen = new Set<string>();
    for (const finding of findings) {
      const id = key(service, finding.fingerprint);
      const known = this.#problems.get(id);
      if (known === undefined && this.#problems.size >= this.#options.maxProblems) {
        this.#count('maxProblems', 1);
        continue;
      }
      if (known === undefined) firstSeen.add(finding.fingerprint);
      record.fingerprints.add(finding.fingerprint);
      this.#problems.set(id, problemOf(service, finding, known, nowMs));
    }
    return firstSeen;
  }

  #count(cap: string, by: number): void {
    this.overflow[cap] = (this.overflow[cap] ?? 0) + by;
  }
}

const nothingCarried: Transport = {
  exported: { spans: 0, batches: 0 },
  dropped: { spans: 0, traces: 0, reasons: {} },
};

function key(service: string, name: string): string {
  return `${service}\u0000${name}`;
}

/** Evidence of the trace that shows most; severity is the worst ever seen. */
function problemOf(
  service: string,
  finding: Finding,
  known: Problem | undefined,
  nowMs: number,
): Problem {
  const seen = {
    service,
    occurrences: (known?.occurrences ?? 0) + 1,
    firstSeenMs: known?.firstSeenMs ?? nowMs,
    lastSeenMs: nowMs,
  };
  if (known === undefined) return { ...finding, ...seen };
  const severity = isWorse(known.severity, finding.severity) ? known.severity : finding.severity;
  return { ...(showsMore(finding, known) ? finding : known), ...seen, severity };
}

function showsMore(finding: Finding, known: Problem): boolean {
  const hasSite = Number(finding.callSite !== null) - Number(known.callSite !== null);
  const repeats = (finding.repeats ?? 0) - (known.repeats ?? 0);
  return (hasSite || repeats || finding.costMs - known.costMs) > 0;
}

function worstFirst(a: Problem, b: Problem): number {
  if (a.severity !== b.severity) return isWorse(a.severity, b.severity) ? -1 : 1;
  return b.costMs * b.occurrences - a.costMs * a.occurrences;
}
