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
  /** By rule and shape: fingerprint of the problem whose call site is known. */
  readonly sited: Map<string, string>;
  /** By rule and shape: fingerprints of problems that still wait for a call site. */
  readonly siteless: Map<string, Set<string>>;
}

/** What a verdict changed. */
export interface Entry {
  /** Fingerprints seen for the first time; one that takes over a problem without a site is among them. */
  readonly firstSeen: ReadonlySet<string>;
}

/**
 * Verdicts over time: statistics per endpoint, problems per fingerprint, both bounded. Everything
 * that does not fit is counted in `overflow`, by the name of the cap.
 *
 * The call site of a repeated query is often known in some traces and not in others. One bug is
 * one problem all the same: a finding without a site joins the problem of its rule, shape and
 * endpoint that has one, and the first finding with a site takes over what came before it.
 */
export class Ledger {
  readonly overflow: Record<string, number> = {};
  readonly #options: ResolvedEngineOptions;
  /** By service and endpoint; not by one joined key, which would be made for every root. */
  readonly #services = new Map<string, Map<string, EndpointRecord>>();
  #endpointCount = 0;
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
    if (saysNothing(verdict)) return nothingNew;
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
    if (verdict.findings.length === 0) return nothingNew;
    return { firstSeen: this.#remember(service, record, verdict.findings, nowMs) };
  }

  /** p50, p95, p99 and the rest for every endpoint, slowest first; problems worst first. */
  report(nowMs: number, transport: Transport = nothingCarried): Report {
    const services = [...this.#services].map(([service, records]) => ({
      service,
      endpoints: [...records.values()].map((record) => this.#row(record, nowMs)).sort(slowestFirst),
    }));
    return {
      version: 1,
      durationMs: Math.max(0, nowMs - (this.#startMs ?? nowMs)),
      services,
      problems: [...this.#problems.values()].sort(worstFirst),
      ...transport,
    };
  }

  /** Live quantiles of one endpoint over the window; undefined for one never seen. */
  quantiles(service: string, endpoint: string, nowMs: number): EndpointReport | undefined {
    const record = this.#services.get(service)?.get(endpoint);
    return record === undefined ? undefined : this.#row(record, nowMs);
  }

  #endpoint(service: string, endpoint: string): EndpointRecord {
    let records = this.#services.get(service);
    const known = records?.get(endpoint);
    if (known !== undefined) return known;
    const { maxEndpoints } = this.#options;
    if (this.#endpointCount >= maxEndpoints && endpoint !== otherEndpoints) {
      this.#count('maxEndpoints', 1);
      return this.#endpoint(service, otherEndpoints);
    }
    // Every service may have a row for its other endpoints, but services are not endless either.
    if (this.#endpointCount >= 2 * maxEndpoints && service !== otherEndpoints) {
      return this.#endpoint(otherEndpoints, otherEndpoints);
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
      sited: new Map(),
      siteless: new Map(),
    };
    if (records === undefined) this.#services.set(service, (records = new Map()));
    records.set(endpoint, record);
    this.#endpointCount++;
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
      const fingerprint = placeOf(record, finding);
      const id = key(record.service, fingerprint);
      const known = this.#absorb(record, finding, this.#problems.get(id));
      if (known === undefined && this.#problems.size >= this.#options.maxProblems) {
        this.#count('maxProblems', 1);
        continue;
      }
      if (!this.#problems.has(id)) firstSeen.add(fingerprint);
      record.fingerprints.add(fingerprint);
      note(record, finding, fingerprint);
      this.#problems.set(id, problemOf(service, finding, known, nowMs));
    }
    return firstSeen;
  }

  /** What is known of a problem, with the problems without a site that this finding explains. */
  #absorb(
    record: EndpointRecord,
    finding: Finding,
    known: Problem | undefined,
  ): Problem | undefined {
    const siteless = record.siteless.get(groupOf(finding));
    if (finding.callSite === null || siteless === undefined) return known;
    let merged = known;
    for (const fingerprint of siteless) {
      const id = key(record.service, fingerprint);
      const problem = this.#problems.get(id);
      if (problem !== undefined) merged = merged === undefined ? problem : sum(merged, problem);
      this.#problems.delete(id);
      record.fingerprints.delete(fingerprint);
    }
    record.siteless.delete(groupOf(finding));
    return merged;
  }

  #count(cap: string, by: number): void {
    this.overflow[cap] = (this.overflow[cap] ?? 0) + by;
  }
}

/** Late children without a call, such as a framework's own spans, make no row. */
function saysNothing(verdict: Verdict): boolean {
  const { hasRoot, queryCount, cacheHitCount, cacheMissCount, findings } = verdict;
  return !hasRoot && queryCount + cacheHitCount + cacheMissCount + findings.length === 0;
}

const nothingNew: Entry = Object.freeze({ firstSeen: new Set<string>() });

const nothingCarried: Transport = {
  exported: { spans: 0, batches: 0 },
  dropped: { spans: 0, traces: 0, reasons: {} },
};

function slowestFirst(a: EndpointReport, b: EndpointReport): number {
  return (b.p95Ms ?? -1) - (a.p95Ms ?? -1);
}

function key(service: string, name: string): string {
  return `${service}\u0000${name}`;
}

function groupOf({ rule, shape }: Finding): string {
  return key(rule, shape ?? '');
}

/** The fingerprint a finding is kept under: its own, or of the problem that knows its call site. */
function placeOf(record: EndpointRecord, finding: Finding): string {
  if (finding.callSite !== null) return finding.fingerprint;
  return record.sited.get(groupOf(finding)) ?? finding.fingerprint;
}

function note(record: EndpointRecord, finding: Finding, fingerprint: string): void {
  const group = groupOf(finding);
  if (finding.callSite !== null) {
    if (!record.sited.has(group)) record.sited.set(group, fingerprint);
  } else if (fingerprint === finding.fingerprint) {
    const siteless = record.siteless.get(group);
    if (siteless === undefined) record.siteless.set(group, new Set([fingerprint]));
    else siteless.add(fingerprint);
  }
}

/** Two accounts of one problem; the evidence is that of the first. */
function sum(one: Problem, other: Problem): Problem {
  return {
    ...one,
    occurrences: one.occurrences + other.occurrences,
    firstSeenMs: Math.min(one.firstSeenMs, other.firstSeenMs),
    lastSeenMs: Math.max(one.lastSeenMs, other.lastSeenMs),
    severity: isWorse(one.severity, other.severity) ? one.severity : other.severity,
  };
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
    firstSeenMs: Math.min(known?.firstSeenMs ?? nowMs, nowMs),
    lastSeenMs: Math.max(known?.lastSeenMs ?? nowMs, nowMs),
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
