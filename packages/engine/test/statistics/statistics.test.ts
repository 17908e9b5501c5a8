import { describe, expect, test } from '@jest/globals';
import { Judge } from '../../src/judge.ts';
import type { Verdict } from '../../src/judge.ts';
import { Ledger } from '../../src/ledger.ts';
import { LiveOptions } from '../../src/live-options.ts';
import { engineOptionTable, resolveEngineOptions } from '../../src/options.ts';
import type { EngineOptions } from '../../src/options.ts';
import { Statistics } from '../../src/statistics/statistics.ts';
import { limitNames } from '../../src/thresholds.ts';
import type { Limits } from '../../src/thresholds.ts';
import type { Span } from '../../src/types.ts';
import { aTrace, noteById, someDayMs, userById } from '../build.ts';
import type { TraceBuilder } from '../build.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A ledger with its judge, its face and a clock that tests move. */
class Engine {
  nowMs = someDayMs;
  readonly live: LiveOptions;
  readonly ledger: Ledger;
  readonly statistics: Statistics;
  readonly #judge: Judge;

  constructor(options: EngineOptions) {
    this.live = new LiveOptions(resolveEngineOptions(options));
    this.ledger = new Ledger(this.live);
    this.statistics = new Statistics(this.ledger, this.live, () => this.nowMs);
    this.#judge = new Judge(this.live);
  }

  record(trace: TraceBuilder, given: Partial<Verdict> = {}): void {
    const verdict = { ...this.#judge.judge(trace.root, trace.spans), ...given };
    this.ledger.record('app', verdict, this.nowMs);
  }
}

const anEngine = (options: EngineOptions = {}): Engine => new Engine(options);

let traceCount = 0;
const aRequest = (endpoint: string, durationMs: number, root: Partial<Span> = {}): TraceBuilder =>
  aTrace({
    traceId: `trace ${traceCount++}`,
    durationMs,
    attributes: { 'http.request.method': 'GET', 'http.route': endpoint },
    ...root,
  });

describe('endpoints', () => {
  test('are ranked by their p95, and by what they cost in all', () => {
    const engine = anEngine();
    for (let n = 0; n < 100; n++) engine.record(aRequest('/often', 20));
    for (let n = 0; n < 3; n++) engine.record(aRequest('/slow', 500));
    engine.nowMs += 10_000;
    const { statistics } = engine;
    expect(statistics.slowEndpoints().map((row) => row.endpoint)).toEqual([
      'GET /slow',
      'GET /often',
    ]);
    expect(statistics.busiestEndpoints(1)).toMatchObject([
      { service: 'app', endpoint: 'GET /often', count: 100, totalMs: 2000, perSecond: 10 },
    ]);
    expect(statistics.slowEndpoints(0)).toEqual([]);
    expect(statistics.endpoint('GET /slow')).toMatchObject({ calls: 3 });
    expect(statistics.endpoint('GET /none')).toBeUndefined();
  });

  test('say what following the advice would have saved, never more than they took', () => {
    const engine = anEngine();
    const loop = aRequest('/notes', 100).withQueries(6, noteById, { eachMs: 10, from: {} });
    for (let n = 0; n < 4; n++) engine.record(loop);
    const [row] = engine.statistics.busiestEndpoints();
    expect(row).toMatchObject({ totalMs: 400, savingMs: 4 * 50, problems: [expect.any(String)] });
    const findings = loop.judged().findings.map((finding) => ({ ...finding, savingMs: 1e6 }));
    engine.record(loop, { findings });
    expect(engine.statistics.busiestEndpoints()[0]!.savingMs).toBe(4 * 50 + 100);
  });

  test('leave the window after a minute and the hour after an hour', () => {
    const engine = anEngine();
    engine.record(aRequest('/a', 20));
    engine.nowMs += 2 * minuteMs;
    expect(engine.statistics.slowEndpoints()).toEqual([]);
    expect(engine.statistics.slowEndpoints(10, '1h')).toHaveLength(1);
    engine.nowMs += hourMs;
    expect(engine.statistics.slowEndpoints(10, '1h')).toEqual([]);
  });
});

test('the summary of a range holds everything, and its trend against the range before', () => {
  const engine = anEngine({ historyMs: 24 * hourMs });
  const request = (ms: number): TraceBuilder =>
    aRequest('/a', ms).withQueries(2, noteById, { eachMs: 3 });
  for (let n = 0; n < 60; n++) {
    engine.nowMs = someDayMs + n * minuteMs;
    engine.record(request(20), { isError: n % 2 === 0 });
  }
  for (let n = 0; n < 60; n++) {
    engine.nowMs = someDayMs + hourMs + n * minuteMs;
    engine.record(request(30));
  }
  const { requests, queries, ...rest } = engine.statistics.summary('1h');
  expect(requests).toMatchObject({ count: 60, errors: 0, meanMs: 30, minMs: 30, maxMs: 30 });
  expect(requests).toMatchObject({ p50Ms: 30, p95Ms: 30, p99Ms: 30 });
  expect(requests.before).toEqual({ count: 60, errors: 30, meanMs: 20 });
  expect(requests.trend).toBeCloseTo(0.5);
  // Slots of five minutes: the hour holds 11 whole ones and what there is of the last.
  expect(queries).toMatchObject({ meanMs: 3, count: 2 * 60 });
  expect(rest).toEqual({
    range: '1h',
    caches: { reads: 0, hitRatio: null },
    endpoints: 1,
    problems: 0,
  });
  expect(engine.statistics.summary('24h').requests).toMatchObject({ count: 120, before: null });
});

test('a range is what is kept, or an error that says so', () => {
  const { statistics } = anEngine();
  expect(() => statistics.summary('24h')).toThrow(
    new RangeError('24h is longer than the history kept, see historyMs (3600000)'),
  );
  expect(() => statistics.queries(1, 'year' as never)).toThrow(
    new RangeError('range must be window, 1h, 24h or 7d, got "year"'),
  );
  const week = anEngine({ historyMs: 7 * 24 * hourMs });
  week.record(aRequest('/a', 1));
  week.nowMs += 5 * 24 * hourMs;
  expect(week.statistics.summary('24h').requests.count).toBe(0);
  expect(week.statistics.summary('7d').requests.count).toBe(1);
});

describe('queries and caches', () => {
  test('are rows by shape, dearest first', () => {
    const engine = anEngine();
    const trace = aRequest('/a', 100)
      .withQueries(3, noteById, { eachMs: 2 })
      .withQueries(1, userById, { eachMs: 20 })
      .withQueries(1, noteById, { eachMs: 1 });
    engine.record(trace);
    expect(engine.statistics.queries()).toMatchObject([
      {
        service: 'app',
        summary: 'SELECT users',
        count: 1,
        totalMs: 20,
        shape: 'select * from users where id = ?',
      },
      { summary: 'SELECT notes', count: 4, totalMs: 7, errors: 0, minMs: 1, maxMs: 2 },
    ]);
    expect(engine.statistics.queries(1)).toHaveLength(1);
  });

  test('beyond their caps share a row, and are counted', () => {
    const engine = anEngine({ maxShapes: 2, maxCaches: 1 });
    const trace = aRequest('/a', 100);
    for (const table of ['a', 'b', 'c', 'd']) trace.withQueries(1, `SELECT * FROM ${table}`);
    const cacheReads = ['x', 'y', 'x', 'y'].map((cache) => ({
      span: trace.root,
      isEvent: true,
      cache,
      verb: '',
      key: null,
      pattern: null,
      result: 'hit' as const,
      timeMs: someDayMs,
    }));
    engine.record(trace, { cacheReads });
    const shapes = engine.statistics
      .queries()
      .map(({ shape, summary, count }) => [shape, summary, count]);
    expect(shapes).toContainEqual(['(other)', null, 2]);
    expect(engine.statistics.caches().map(({ cache, count }) => [cache, count])).toEqual([
      ['x', 2],
      ['(other)', 2],
    ]);
    expect(engine.ledger.overflow).toEqual({ maxShapes: 2, maxCaches: 2 });
  });

  test('of a cache say how many reads hit, where reads tell', () => {
    const engine = anEngine();
    const reads = [
      ...['hit', 'hit', 'stale_hit', 'miss'].map((result) => ['users', result]),
      ['redis', null],
    ];
    const trace = aRequest('/a', 100);
    const cacheReads = reads.map(([cache, result]) => ({
      span: trace.root,
      isEvent: result !== null,
      cache: cache!,
      verb: '',
      key: null,
      pattern: null,
      result: result as never,
      timeMs: someDayMs,
    }));
    engine.record(trace, { cacheReads });
    expect(engine.statistics.caches()).toMatchObject([
      { cache: 'users', count: 4, hits: 3, misses: 1, hitRatio: 0.75, meanMs: null, p95Ms: null },
      { cache: 'redis', count: 1, hits: null, misses: null, hitRatio: null, meanMs: 100 },
    ]);
    expect(engine.statistics.summary().caches).toEqual({ reads: 5, hitRatio: 0.75 });
  });
});

describe('a request', () => {
  test('is found by its trace id, with what its spans tell', () => {
    const engine = anEngine();
    const attributes = {
      'http.request.method': 'POST',
      'http.route': '/notes',
      'http.response.status_code': 201,
      'user.id': 'u7',
      'spandrel.memory_bytes': 4096,
    };
    engine.record(
      aTrace({ traceId: 't1', durationMs: 30, attributes }).withQueries(2, noteById, { eachMs: 4 }),
    );
    expect(engine.statistics.request('t1')).toEqual({
      id: 't1',
      service: 'app',
      endpoint: 'POST /notes',
      method: 'POST',
      user: 'u7',
      tenant: null,
      startMs: someDayMs,
      durationMs: 30,
      status: 201,
      isError: false,
      queries: 2,
      queriesMs: 8,
      cacheHits: 0,
      cacheMisses: 0,
      memoryBytes: 4096,
      cpuMs: null,
      findings: [],
    });
    engine.record(aTrace({ traceId: 't2', attributes: {} }));
    expect(engine.statistics.request('t2')).toMatchObject({
      method: null,
      user: null,
      tenant: null,
      status: null,
      memoryBytes: null,
      cpuMs: null,
    });
    expect(engine.statistics.request('none')).toBeUndefined();
  });

  test('is one of the last; of several roots of a trace the longest stands for it', () => {
    const engine = anEngine({ maxRequests: 3 });
    for (const traceId of ['a', 'b', 'c', 'd', 'e'])
      engine.record(aTrace({ traceId, durationMs: 5 }));
    for (const durationMs of [3, 9, 4]) engine.record(aTrace({ traceId: 'd', durationMs }));
    const known = ['a', 'b', 'c', 'd', 'e'].map((id) => engine.statistics.request(id)?.durationMs);
    expect(known).toEqual([undefined, undefined, 5, 9, 5]);
  });

  test('is not made of late children', () => {
    const engine = anEngine();
    engine.record(aTrace({ traceId: 'late' }), { hasRoot: false, root: undefined, queryCount: 1 });
    expect(engine.statistics.request('late')).toBeUndefined();
  });
});

describe('listeners', () => {
  test('hear of every request and what was found in it, until they are let go', () => {
    const engine = anEngine();
    const heard: unknown[] = [];
    const end = engine.statistics.subscribe(({ request, findings, firstSeen }) => {
      heard.push([request.endpoint, findings.map(({ rule }) => rule), firstSeen.size]);
    });
    for (let n = 0; n < 2; n++)
      engine.record(aRequest('/a', 100).withQueries(6, noteById, { from: {} }));
    end();
    end();
    engine.record(aRequest('/a', 100));
    expect(heard).toEqual([
      ['GET /a', ['n-plus-one-query'], 1],
      ['GET /a', ['n-plus-one-query'], 0],
    ]);
  });

  test('that throw or reject break nothing, and are counted', async () => {
    const engine = anEngine();
    let calls = 0;
    engine.statistics.subscribe(() => {
      throw new Error('rude');
    });
    engine.statistics.subscribe(() => Promise.reject(new Error('rude')));
    engine.statistics.subscribe(() => calls++);
    engine.record(aRequest('/a', 1));
    engine.record(aRequest('/a', 1));
    await Promise.resolve();
    expect([calls, engine.statistics.listenerFailures]).toEqual([2, 4]);
  });

  test('may end themselves and each other while they are told', () => {
    const engine = anEngine();
    const ends: (() => void)[] = [];
    let calls = 0;
    for (let n = 0; n < 3; n++) {
      ends.push(
        engine.statistics.subscribe(() => {
          calls++;
          for (const end of ends) end();
        }),
      );
    }
    engine.record(aRequest('/a', 1));
    engine.record(aRequest('/a', 1));
    expect(calls).toBe(3);
  });
});

describe('thresholds', () => {
  test('change while it runs, from the next look on', () => {
    const engine = anEngine();
    engine.record(aRequest('/a', 50));
    const isSlow = (): unknown => engine.statistics.endpoint('GET /a')?.slow;
    expect(isSlow()).toBe(false);
    engine.statistics.setThresholds({ slowEndpointMs: 40 });
    expect(isSlow()).toBe(true);
    expect(engine.statistics.thresholds).toMatchObject({ slowEndpointMs: 40, slowQueryMs: 200 });
    expect(Object.isFrozen(engine.live.current)).toBe(true);
  });

  test('that are none, or bad, change nothing', () => {
    const { statistics, live } = anEngine();
    const before = live.current;
    const set = (limits: object) => () => statistics.setThresholds(limits as Limits);
    expect(set({ maxEndpoints: 5 })).toThrow(
      new RangeError('maxEndpoints is not a limit that can change while running'),
    );
    expect(set({ slowQueryMs: 100, minRepeats: 1 })).toThrow(
      new RangeError('minRepeats must be a whole number of at least 2, got 1'),
    );
    expect(set({ slowQuery: 100 })).toThrow(RangeError);
    expect(live.current).toBe(before);
    statistics.setThresholds({ slowQueryMs: undefined });
    expect(live.current.slowQueryMs).toBe(200);
  });

  test('are every option that is a limit of a rule', () => {
    const limits = Object.keys(engineOptionTable).filter((name) => /^(min|slow)/.test(name));
    expect(limitNames).toEqual(expect.arrayContaining(limits));
  });
});

describe('memory', () => {
  test('of the history is bounded for any traffic, and what it costs is counted', () => {
    const maxStatisticsBytes = 64 * 1024;
    const engine = anEngine({ maxStatisticsBytes, maxEndpoints: 20 });
    const trace = aRequest('/a', 1);
    const verdict = trace.judged();
    for (let n = 0; n < 40_000; n++) {
      const durationMs = 1 + ((n * 7919) % 5000);
      engine.nowMs = someDayMs + n * 100;
      engine.ledger.record('app', { ...verdict, endpoint: `e${n % 40}`, durationMs }, engine.nowMs);
    }
    expect(engine.ledger.overflow).toMatchObject({ maxStatisticsBytes: expect.any(Number) });
    // Totals, 160 bytes a slot, are kept in any case.
    const totals = 21 * (6 + 2 * 60) * 160;
    expect(engine.ledger.accounts.memory.usedBytes).toBeLessThan(maxStatisticsBytes + totals);
    const { count } = engine.statistics.summary().requests;
    expect(count).toBeGreaterThan(0.98 * 36_000);
  });

  test('of an endpoint called once a second is some ten kilobytes an hour', () => {
    const engine = anEngine();
    const trace = aRequest('/a', 1);
    const verdict = trace.judged();
    for (let n = 0; n < 3600; n++) {
      engine.nowMs = someDayMs + n * 1000;
      const durationMs = 12 * Math.exp(0.9 * Math.sin(n * 12.9898));
      engine.ledger.record('app', { ...verdict, durationMs }, engine.nowMs);
    }
    expect(engine.statistics.sizeBytes).toBeLessThan(40 * 1024);
  });
});
