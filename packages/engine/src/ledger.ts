import type { Verdict, WholeVerdict } from './judge.ts';
import { liveOptions } from './live-options.ts';
import type { LiveOptions } from './live-options.ts';
import type { ResolvedEngineOptions } from './options.ts';
import { Problems } from './problems.ts';
import type { Baseline, NearMiss } from './rules/rule.ts';
import { Accounts } from './statistics/accounts.ts';
import type { EndpointAccount } from './statistics/accounts.ts';
import { otherRow } from './statistics/bounded-rows.ts';
import { Listeners } from './statistics/listeners.ts';
import { Reasons } from './statistics/reasons.ts';
import { requestOf, Requests } from './statistics/requests.ts';
import { Suppressions } from './suppression.ts';
import type { EndpointReport, Finding, Problem, Report } from './types.ts';
import { Watchers } from './watchers/index.ts';
import type { Grown } from './watchers/told.ts';

/** Name of the row that endpoints beyond `maxEndpoints` share. */
export const otherEndpoints = otherRow;

/** What was carried away and what was lost on the way; a door knows, the engine does not. */
export type Transport = Pick<Report, 'exported' | 'dropped'>;

/** What a verdict changed. */
export interface Entry {
  /** Fingerprints seen for the first time; one that takes over a problem without a site is among them. */
  readonly firstSeen: ReadonlySet<string>;
  /** Findings over many traces that this one completed; they are not in its verdict. */
  readonly findings: readonly Finding[];
  /** Filled with `explain` only: why the watchers did not fire. */
  readonly nearest: readonly NearMiss[];
}

/**
 * Verdicts over time: statistics per endpoint, query shape and cache, problems per fingerprint, and
 * what only many traces show. All of it bounded; everything that does not fit is counted in
 * `overflow`, by the name of the cap.
 */
export class Ledger {
  readonly overflow: Record<string, number> = {};
  readonly accounts: Accounts;
  readonly requests: Requests;
  readonly listeners = new Listeners();
  readonly #live: LiveOptions;
  readonly #problems: Problems;
  readonly #watchers: Watchers;
  readonly #suppressions: Suppressions;
  readonly #suppressed = new Reasons();
  #startMs: number | undefined;

  /** With a `LiveOptions` limits may change on the way; share it with the judge. */
  constructor(options: ResolvedEngineOptions | LiveOptions) {
    this.#live = liveOptions(options);
    const { current } = this.#live;
    const count = (cap: string, by: number): void => this.#count(cap, by);
    this.accounts = new Accounts(current, count);
    this.requests = new Requests(current.maxRequests);
    this.#problems = new Problems(current.maxProblems, () => count('maxProblems', 1));
    this.#watchers = new Watchers(this.#live, count);
    this.#suppressions = new Suppressions(current);
  }

  /** The account's time begins with the first call of this or of `record`. Epoch milliseconds. */
  begin(nowMs: number): void {
    this.#startMs ??= nowMs;
  }

  /** When the account began; `nowMs` while it has not. */
  sinceMs(nowMs: number): number {
    return this.#startMs ?? nowMs;
  }

  /** `nowMs` is when the trace ended, or was heard of. */
  record(service: string, verdict: Verdict, nowMs: number): Entry {
    this.begin(nowMs);
    for (const { reason } of verdict.suppressed) this.#suppressed.count(reason);
    if (saysNothing(verdict)) return nothingNew;
    const account = this.accounts.record(service, verdict, nowMs);
    if (verdict.findingsDropped > 0) this.#count('maxFindingsPerTrace', verdict.findingsDropped);
    const { findings, nearest } = this.#watch(service, verdict);
    const all = findings.length === 0 ? verdict.findings : [...verdict.findings, ...findings];
    const firstSeen = this.#remember(service, account, all, nowMs);
    const request = requestOf(service, verdict);
    if (request !== undefined) {
      this.requests.add(request);
      this.listeners.tell({ request, findings: all, firstSeen });
    }
    return findings.length + nearest.length + firstSeen.size === 0
      ? nothingNew
      : { firstSeen, findings, nearest };
  }

  /** Keeps what all parts of a trace over several services showed together. */
  recordWhole(verdict: WholeVerdict, nowMs: number): Entry {
    this.begin(nowMs);
    for (const { reason } of verdict.suppressed) this.#suppressed.count(reason);
    const firstSeen = new Set<string>();
    for (const { service, finding } of verdict.findings) {
      const account = this.accounts.endpoints.rowFor(service, finding.endpoint);
      for (const one of this.#remember(service, account, [finding], nowMs)) firstSeen.add(one);
    }
    return { firstSeen, findings: [], nearest: [] };
  }

  /**
   * How an endpoint did in the hour before this moment; null while that holds fewer calls than
   * `minBaselineCalls`. Cheap enough to be asked for every request.
   */
  baselineOf(service: string, endpoint: string, nowMs: number): Baseline | null {
    const { minBaselineCalls } = this.#live.current;
    return this.accounts.baselineOf(service, endpoint, nowMs, minBaselineCalls);
  }

  /** p50, p95, p99 and the rest for every endpoint, slowest first; problems worst first. */
  report(nowMs: number, transport: Transport = nothingCarried): Report {
    const services = this.accounts.endpoints.services().map(([service, accounts]) => ({
      service,
      endpoints: accounts.map((account) => this.#row(account, nowMs)).sort(slowestFirst),
    }));
    return {
      version: 1,
      durationMs: Math.max(0, nowMs - this.sinceMs(nowMs)),
      services,
      problems: this.problems(),
      suppressed: { findings: this.#suppressed.total, reasons: this.#suppressed.byReason() },
      ...transport,
    };
  }

  /** Worst first, with all that has been counted so far. */
  problems(): Problem[] {
    this.#update(this.#watchers.grown());
    return this.#problems.list();
  }

  /** Live quantiles of one endpoint over the window; undefined for one never seen. */
  quantiles(service: string, endpoint: string, nowMs: number): EndpointReport | undefined {
    const account = this.accounts.endpoints.get(service, endpoint);
    return account === undefined ? undefined : this.#row(account, nowMs);
  }

  #row(account: EndpointAccount, nowMs: number): EndpointReport {
    const { slowEndpointMs, windowMs } = this.#live.current;
    const { tally } = account.series.read(windowMs, nowMs);
    const p95Ms = tally.sketch.quantile(0.95);
    const reads = account.cacheHits + account.cacheMisses;
    return {
      endpoint: account.endpoint,
      calls: account.calls,
      errors: account.errors,
      p50Ms: tally.sketch.quantile(0.5),
      p95Ms,
      p99Ms: tally.sketch.quantile(0.99),
      maxMs: tally.sketch.maxMs,
      queriesPerCall: account.calls === 0 ? null : account.queries / account.calls,
      cacheHitRatio: reads === 0 ? null : account.cacheHits / reads,
      slow: p95Ms !== null && p95Ms >= slowEndpointMs,
      problems: [...account.problems.fingerprints],
    };
  }

  #watch(service: string, verdict: Verdict): Omit<Entry, 'firstSeen'> {
    const seen = this.#watchers.observe(service, verdict);
    const { findings, grown, nearest } = seen;
    this.#update(grown);
    if (findings.length === 0) return seen;
    const kept = findings.filter((finding) => {
      const reason = this.#suppressions.reasonFor(finding);
      if (reason !== null) this.#suppressed.count(reason);
      return reason === null;
    });
    return { findings: kept, nearest };
  }

  /** What a window showed in the end replaces what it showed when its limit was passed. */
  #update(grown: readonly Grown[]): void {
    for (const { service, finding } of grown) {
      if (this.#suppressions.reasonFor(finding) !== null) continue;
      const { problems } = this.accounts.endpoints.rowFor(service, finding.endpoint);
      this.#problems.update(service, problems, finding);
    }
  }

  #remember(
    service: string,
    { problems }: EndpointAccount,
    findings: readonly Finding[],
    nowMs: number,
  ): ReadonlySet<string> {
    if (findings.length === 0) return nothingNew.firstSeen;
    const firstSeen = new Set<string>();
    for (const finding of findings) {
      const fingerprint = this.#problems.remember(service, problems, finding, nowMs);
      if (fingerprint !== undefined) firstSeen.add(fingerprint);
    }
    return firstSeen;
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

const nothingNew: Entry = Object.freeze({
  firstSeen: new Set<string>(),
  findings: [],
  nearest: [],
});

const nothingCarried: Transport = {
  exported: { spans: 0, batches: 0 },
  dropped: { spans: 0, traces: 0, reasons: {} },
};

function slowestFirst(a: EndpointReport, b: EndpointReport): number {
  return (b.p95Ms ?? -1) - (a.p95Ms ?? -1);
}
