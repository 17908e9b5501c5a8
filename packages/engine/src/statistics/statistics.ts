import type { Ledger } from '../ledger.ts';
import type { LiveOptions } from '../live-options.ts';
import type { Limits } from '../thresholds.ts';
import type { EndpointReport } from '../types.ts';
import type { CacheAccount, EndpointAccount, ShapeAccount } from './accounts.ts';
import type { StatisticsListener } from './listeners.ts';
import { rangeMsOf } from './range.ts';
import type { HistoryRange, Range } from './range.ts';
import type { RequestRow } from './requests.ts';
import type { Reading, Series } from './series.ts';
import { summaryOf } from './summary.ts';
import type { Summary } from './summary.ts';
import { Tally } from './tally.ts';

export interface EndpointRow extends Summary {
  readonly service: string;
  readonly endpoint: string;
  /** Calls × mean: what it cost in all. */
  readonly totalMs: number;
  /** What following the advice would have saved of that; never more than each request took. */
  readonly savingMs: number;
  /** Fingerprints of the problems seen at it. */
  readonly problems: readonly string[];
}

export interface QueryRow extends Summary {
  readonly service: string;
  /** Text without literals; `(other)` for what is beyond `maxShapes`. */
  readonly shape: string;
  /** In few words; null for `(other)`. */
  readonly summary: string | null;
  readonly totalMs: number;
}

/** Durations are known only of stores that are called over the network. */
export interface CacheRow extends Omit<Summary, 'errors' | 'before' | 'trend'> {
  readonly service: string;
  readonly cache: string;
  /** Null where reads do not say whether they hit. */
  readonly hits: number | null;
  readonly misses: number | null;
  readonly hitRatio: number | null;
  readonly hitRatioBefore: number | null;
}

export interface StatisticsSummary {
  readonly range: HistoryRange;
  /** All endpoints together. */
  readonly requests: Summary;
  readonly queries: Summary;
  readonly caches: { readonly reads: number; readonly hitRatio: number | null };
  readonly endpoints: number;
  /** Problems since the account began. */
  readonly problems: number;
}

const defaultLimit = 10;

/**
 * The account for programs: pages, alarms, health checks. Read from what the ledger keeps; every
 * call reads it anew, and what it gives is the caller's.
 */
export class Statistics {
  readonly #ledger: Ledger;
  readonly #live: LiveOptions;
  readonly #now: () => number;

  /** `now` is the caller's clock, epoch milliseconds; it need not move. */
  constructor(ledger: Ledger, live: LiveOptions, now: () => number) {
    this.#ledger = ledger;
    this.#live = live;
    this.#now = now;
  }

  /**
   * All there is in one look. Throws a `RangeError` for a range longer than `historyMs`, as do the
   * others that take one.
   */
  summary(range: HistoryRange = '1h'): StatisticsSummary {
    const rangeMs = this.#lengthOf(range);
    const { endpoints, shapes, caches } = this.#ledger.accounts;
    const reads = this.#readAll(caches.all(), rangeMs);
    const answered = caches.all().filter((cache) => cache.answered > 0);
    return {
      range,
      requests: this.#summary(this.#readAll(endpoints.all(), rangeMs)),
      queries: this.#summary(this.#readAll(shapes.all(), rangeMs)),
      caches: {
        reads: reads.tally.count,
        hitRatio: hitRatioOf(this.#readAll(answered, rangeMs).tally),
      },
      endpoints: endpoints.all().length,
      problems: this.#ledger.problems().length,
    };
  }

  /** By p95, slowest first; only those that were called in the range. */
  slowEndpoints(limit = defaultLimit, range: Range = 'window'): EndpointRow[] {
    return this.#endpointRows(range, limit, ({ p95Ms }) => p95Ms ?? 0);
  }

  /** By what they cost in all, calls × mean, with what fixing their problems would have saved. */
  busiestEndpoints(limit = defaultLimit, range: Range = '1h'): EndpointRow[] {
    return this.#endpointRows(range, limit, ({ totalMs }) => totalMs);
  }

  /** By what they cost in all, dearest first. */
  queries(limit = defaultLimit, range: HistoryRange = '1h'): QueryRow[] {
    const rangeMs = this.#lengthOf(range);
    const rows = this.#ledger.accounts.shapes
      .all()
      .map((account) => this.#queryRow(account, rangeMs));
    return first(rows, limit, ({ totalMs }) => totalMs);
  }

  /** By reads, most first. */
  caches(limit = defaultLimit, range: HistoryRange = '1h'): CacheRow[] {
    const rangeMs = this.#lengthOf(range);
    const rows = this.#ledger.accounts.caches
      .all()
      .map((account) => this.#cacheRow(account, rangeMs));
    return first(rows, limit, ({ count }) => count);
  }

  /** One of the last `maxRequests` requests; undefined for one that is not among them. */
  request(traceId: string): RequestRow | undefined {
    return this.#ledger.requests.get(traceId);
  }

  /** Live quantiles as in the report, of the sliding window; undefined for one never seen. */
  endpoint(name: string, service?: string): EndpointReport | undefined {
    const services = this.#ledger.accounts.endpoints.services().map(([known]) => known);
    for (const one of service === undefined ? services : [service]) {
      const row = this.#ledger.quantiles(one, name, this.#now());
      if (row !== undefined) return row;
    }
    return undefined;
  }

  /**
   * Calls `listener` for every request that ends, in the turn in which it ends. What it throws or
   * rejects is swallowed and counted in `listenerFailures`. Gives the function that ends it.
   */
  subscribe(listener: StatisticsListener): () => void {
    return this.#ledger.listeners.add(listener);
  }

  get listenerFailures(): number {
    return this.#ledger.listeners.failures;
  }

  /** The limits in force. */
  get thresholds(): Limits {
    return this.#live.limits;
  }

  /** Changes limits from the next trace on; throws a `RangeError` and changes nothing for a bad one. */
  setThresholds(limits: Limits): void {
    this.#live.set(limits);
  }

  /** Memory of all series, about, in bytes. */
  get sizeBytes(): number {
    const { endpoints, shapes, caches } = this.#ledger.accounts;
    const series = [...endpoints.all(), ...shapes.all(), ...caches.all()].map((row) => row.series);
    return series.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  #endpointRows(range: Range, limit: number, rank: (row: EndpointRow) => number): EndpointRow[] {
    const rangeMs = this.#lengthOf(range);
    const accounts = this.#ledger.accounts.endpoints.all();
    return first(
      accounts.map((account) => this.#endpointRow(account, rangeMs)),
      limit,
      rank,
    );
  }

  #endpointRow(
    { service, endpoint, series, problems }: EndpointAccount,
    rangeMs: number,
  ): EndpointRow {
    const reading = this.#read(series, rangeMs);
    return {
      service,
      endpoint,
      ...this.#summary(reading),
      totalMs: reading.tally.sumMs,
      savingMs: reading.tally.savingMs,
      problems: [...problems.fingerprints],
    };
  }

  #queryRow({ service, name, shape, series }: ShapeAccount, rangeMs: number): QueryRow {
    const reading = this.#read(series, rangeMs);
    return {
      service,
      shape: name,
      summary: shape?.summary ?? null,
      ...this.#summary(reading),
      totalMs: reading.tally.sumMs,
    };
  }

  #cacheRow({ service, cache, series, answered }: CacheAccount, rangeMs: number): CacheRow {
    const reading = this.#read(series, rangeMs);
    const { count, failed: misses } = reading.tally;
    const { minMs, meanMs, p50Ms, p95Ms, p99Ms, maxMs, perSecond } = this.#summary(reading);
    const isKnown = answered > 0;
    return {
      service,
      cache,
      count,
      hits: isKnown ? count - misses : null,
      misses: isKnown ? misses : null,
      hitRatio: isKnown ? hitRatioOf(reading.tally) : null,
      hitRatioBefore: isKnown ? hitRatioOf(reading.before) : null,
      minMs,
      meanMs,
      p50Ms,
      p95Ms,
      p99Ms,
      maxMs,
      perSecond,
    };
  }

  #read(series: Series, rangeMs: number): Reading {
    return series.read(rangeMs, this.#now());
  }

  #lengthOf(range: Range): number {
    return rangeMsOf(range, this.#live.current);
  }

  /** Several series as one. */
  #readAll(rows: readonly { readonly series: Series }[], rangeMs: number): Reading {
    const tally = new Tally();
    const before = { count: 0, failed: 0, sumMs: 0 };
    let fromMs = Infinity;
    for (const { series } of rows) {
      const reading = this.#read(series, rangeMs);
      tally.merge(reading.tally.pack(0));
      before.count += reading.before.count;
      before.failed += reading.before.failed;
      before.sumMs += reading.before.sumMs;
      fromMs = Math.min(fromMs, reading.fromMs);
    }
    return { tally, fromMs, before };
  }

  #summary(reading: Reading): Summary {
    const nowMs = this.#now();
    return summaryOf(reading, this.#ledger.sinceMs(nowMs), nowMs);
  }
}

function hitRatioOf({ count, failed }: { count: number; failed: number }): number | null {
  return count === 0 ? null : (count - failed) / count;
}

/** The first `limit` by `rank`, greatest first, of those that were called. */
function first<Row extends Summary | CacheRow>(
  rows: readonly Row[],
  limit: number,
  rank: (row: Row) => number,
): Row[] {
  return rows
    .filter(({ count }) => count > 0)
    .sort((a, b) => rank(b) - rank(a))
    .slice(0, Math.max(0, limit));
}
