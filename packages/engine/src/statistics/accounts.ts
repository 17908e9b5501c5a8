import type { Verdict } from '../judge.ts';
import type { Query } from '../database.ts';
import type { ResolvedEngineOptions } from '../options.ts';
import { EndpointProblems } from '../problems.ts';
import type { Baseline } from '../rules/rule.ts';
import type { QueryShape } from '../sql/statement.ts';
import { StatusCode } from '../types.ts';
import { BaselineMemo } from './baseline.ts';
import { BoundedRows } from './bounded-rows.ts';
import { callRings, endpointRings } from './range.ts';
import { Series } from './series.ts';
import { SlotMemory } from './slot-memory.ts';

/** What one endpoint did. Totals are since the account began, the series has its rings' time. */
export interface EndpointAccount {
  readonly service: string;
  readonly endpoint: string;
  readonly series: Series;
  readonly baseline: BaselineMemo;
  readonly problems: EndpointProblems;
  calls: number;
  errors: number;
  queries: number;
  cacheHits: number;
  cacheMisses: number;
}

export interface ShapeAccount {
  readonly service: string;
  /** Of the shape that came first; the row of the rest has none. */
  shape: QueryShape | undefined;
  readonly name: string;
  readonly series: Series;
}

/** Its series counts misses as failed. */
export interface CacheAccount {
  readonly service: string;
  readonly cache: string;
  readonly series: Series;
  /** Reads that say whether they hit; a store's plain calls do not. */
  answered: number;
}

/**
 * Series by endpoint, query shape and cache: bounded in number by their caps, in memory by
 * `maxStatisticsBytes`. `count` is told of everything that did not fit, by the name of the cap.
 */
export class Accounts {
  readonly endpoints: BoundedRows<EndpointAccount>;
  readonly shapes: BoundedRows<ShapeAccount>;
  readonly caches: BoundedRows<CacheAccount>;
  readonly memory: SlotMemory;
  #isFull = false;
  #sweptMs = -Infinity;

  constructor(options: ResolvedEngineOptions, count: (cap: string, by: number) => void) {
    this.memory = new SlotMemory(options.maxStatisticsBytes, () => {
      this.#isFull = true;
      count('maxStatisticsBytes', 1);
    });
    const series = (isEndpoint: boolean): Series =>
      new Series(isEndpoint ? endpointRings(options) : callRings(options), this.memory);
    this.endpoints = new BoundedRows(
      options.maxEndpoints,
      (service, endpoint) => ({
        service,
        endpoint,
        series: series(true),
        baseline: new BaselineMemo(),
        problems: new EndpointProblems(),
        calls: 0,
        errors: 0,
        queries: 0,
        cacheHits: 0,
        cacheMisses: 0,
      }),
      () => count('maxEndpoints', 1),
    );
    this.shapes = new BoundedRows(
      options.maxShapes,
      (service, name) => ({ service, name, shape: undefined, series: series(false) }),
      () => count('maxShapes', 1),
    );
    this.caches = new BoundedRows(
      options.maxCaches,
      (service, cache) => ({ service, cache, series: series(false), answered: 0 }),
      () => count('maxCaches', 1),
    );
  }

  /** Counts a verdict in; gives the account of its endpoint. */
  record(service: string, verdict: Verdict, nowMs: number): EndpointAccount {
    if (this.#isFull) this.#sweep(nowMs);
    const account = this.endpoints.rowFor(service, verdict.endpoint);
    if (verdict.hasRoot) {
      account.series.add(verdict.durationMs, verdict.isError, nowMs, savingOf(verdict));
      account.calls++;
      if (verdict.isError) account.errors++;
    }
    account.queries += verdict.queryCount;
    account.cacheHits += verdict.cacheHitCount;
    account.cacheMisses += verdict.cacheMissCount;
    if (verdict.queries.length > 0) this.#recordQueries(service, verdict.queries, nowMs);
    for (const { span, isEvent, cache, result } of verdict.cacheReads) {
      const row = this.caches.rowFor(service, cache);
      if (result !== null) row.answered++;
      row.series.add(isEvent ? null : span.durationMs, result === 'miss', nowMs);
    }
    return account;
  }

  baselineOf(service: string, endpoint: string, nowMs: number, least: number): Baseline | null {
    const account = this.endpoints.get(service, endpoint);
    if (account === undefined) return null;
    return account.baseline.read(account.series, account.calls, nowMs, least);
  }

  /** On the path of every query: one look-up of the service for all of them. */
  #recordQueries(service: string, queries: readonly Query[], nowMs: number): void {
    const known = this.shapes.of(service);
    let shape: QueryShape | undefined;
    let account: ShapeAccount | undefined;
    for (const { span, statement } of queries) {
      if (account === undefined || statement.shape !== shape) {
        ({ shape } = statement);
        account = known.get(shape.text) ?? this.#addShape(service, shape);
      }
      account.series.add(span.durationMs, span.statusCode === StatusCode.error, nowMs);
    }
  }

  #addShape(service: string, shape: QueryShape): ShapeAccount {
    const account = this.shapes.rowFor(service, shape.text);
    if (account.name === shape.text) account.shape = shape;
    return account;
  }

  /** Rows that nobody calls any more hold what has long grown too old; once a minute they let go. */
  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < sweepMs) return;
    this.#sweptMs = nowMs;
    this.#isFull = false;
    for (const rows of [this.endpoints, this.shapes, this.caches]) {
      for (const { series } of rows.all()) series.advance(nowMs);
    }
  }
}

const sweepMs = 60_000;

/** What following the advice would have saved of this request; never more than it took. */
function savingOf({ findings, durationMs }: Verdict): number {
  let savingMs = 0;
  for (const finding of findings) savingMs += finding.savingMs ?? 0;
  return Math.min(savingMs, durationMs);
}
