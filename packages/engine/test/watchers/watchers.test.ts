import { describe, expect, test } from '@jest/globals';
import { Judge } from '../../src/judge.ts';
import type { Verdict } from '../../src/judge.ts';
import { Ledger } from '../../src/ledger.ts';
import { ATTR_DB_PARAMETERS_HASH } from '../../src/names.ts';
import { resolveEngineOptions } from '../../src/options.ts';
import type { EngineOptions } from '../../src/options.ts';
import { SpanKind } from '../../src/types.ts';
import type { Finding } from '../../src/types.ts';
import { watchers } from '../../src/watchers/index.ts';
import { aTrace, someDayMs } from '../build.ts';
import { corpusOf } from '../corpus.ts';
import { forSeeds, oneOf } from '../random.ts';

/** Requests alike; `times` of them start `everyMs` apart, `{n}` in a hash is their number. */
interface CorpusTraces {
  service?: string;
  endpoint?: string;
  atMs?: number;
  times?: number;
  everyMs?: number;
  queries?: { sql: string; hash?: string; times?: number; durationMs?: number }[];
  cacheReads?: { cache: string; pattern?: string; result: string; times?: number }[];
  redisReads?: string[];
}

interface CorpusCase {
  why: string;
  options?: EngineOptions;
  traces: CorpusTraces[];
  /** What every finding of the folder's watcher holds at least, in order; `advice` is its text. */
  expected: (Omit<Partial<Finding>, 'advice'> & { advice?: string })[];
  /** What the watcher said of the last trace. */
  nearest?: string;
}

interface Request {
  readonly service: string;
  readonly verdict: Verdict;
  readonly endMs: number;
}

const rootMs = 50;

/** Verdicts in the order in which the requests ended. */
function requestsOf(given: readonly CorpusTraces[], options: EngineOptions): Request[] {
  const judge = new Judge(resolveEngineOptions(options));
  return given
    .flatMap((traces, at) =>
      Array.from({ length: traces.times ?? 1 }, (_, n) => requestOf(traces, at, n, judge)),
    )
    .sort((a, b) => a.endMs - b.endMs);
}

function requestOf(given: CorpusTraces, at: number, n: number, judge: Judge): Request {
  const { service = 'app', endpoint = 'GET /meetings', atMs = 0, everyMs = 0 } = given;
  const [method, route] = endpoint.split(' ');
  const startMs = someDayMs + atMs + n * everyMs;
  const trace = aTrace({
    traceId: `t${at}.${n}`,
    startMs,
    durationMs: rootMs,
    attributes: { 'http.request.method': method, 'http.route': route },
  });
  for (const { sql, hash, times = 1, durationMs = 1 } of given.queries ?? []) {
    const parameters = hash?.replace('{n}', String(n));
    const attributes = parameters === undefined ? {} : { [ATTR_DB_PARAMETERS_HASH]: parameters };
    trace.withQueries(times, sql, { eachMs: durationMs, attributes });
  }
  const events = (given.cacheReads ?? []).flatMap(({ cache, pattern, result, times = 1 }) =>
    Array.from({ length: times }, () => ({
      name: `cache.${result}`,
      timeMs: startMs + 1,
      attributes: { 'cache.name': cache, 'cache.key.pattern': pattern },
    })),
  );
  trace.withSpan({ startMs, events });
  for (const text of given.redisReads ?? []) {
    const attributes = { 'db.system.name': 'redis', 'db.query.text': text };
    trace.withSpan({ startMs, kind: SpanKind.client, attributes });
  }
  const verdict = judge.judge(trace.root, trace.spans);
  return { service, verdict, endMs: startMs + rootMs };
}

function watched(
  requests: readonly Request[],
  options: EngineOptions,
): { found: Finding[]; said: unknown[] } {
  const ledger = new Ledger(resolveEngineOptions(options));
  const found: Finding[] = [];
  let said: unknown[] = [];
  for (const { service, verdict, endMs } of requests) {
    const { findings, nearest } = ledger.record(service, verdict, endMs);
    found.push(...findings);
    said = [...nearest];
  }
  return { found, said };
}

describe.each(watchers.map(({ name }) => name))('%s', (rule) => {
  const cases = corpusOf<CorpusCase>(rule);

  test.each(cases)('%s', (_file, { options: given = {}, traces, expected, nearest }) => {
    const options = { ...given, explain: true };
    const { found, said } = watched(requestsOf(traces, options), options);
    const findings = found.map(({ advice, ...finding }) => ({ ...finding, advice: advice.text }));
    expect(findings).toEqual(expected.map((part) => expect.objectContaining(part)));
    if (nearest !== undefined) expect(said).toContainEqual({ rule, text: nearest });
  });

  test('has at least three cases that fire and three that nearly do', () => {
    const fires = cases.filter(([, { expected }]) => expected.length > 0);
    expect(fires.length).toBeGreaterThanOrEqual(3);
    expect(cases.length - fires.length).toBeGreaterThanOrEqual(3);
  });
});

const select = 'SELECT * FROM plans WHERE id = $1';
const reads = (times: number, words: Partial<CorpusTraces> = {}): CorpusTraces => ({
  times,
  everyMs: 100,
  queries: [{ sql: select, hash: 'a' }],
  ...words,
});

describe('a finding over many traces', () => {
  const options = { minCacheableReads: 20 };

  test('becomes a problem, once for all endpoints, with its occurrences', () => {
    const ledger = new Ledger(resolveEngineOptions(options));
    const requests = requestsOf(
      [
        reads(20, { endpoint: 'GET /a' }),
        reads(20, { endpoint: 'GET /b', atMs: 120_000 }),
        reads(20, { endpoint: 'GET /a', atMs: 240_000 }),
      ],
      options,
    );
    const news = requests.map(
      ({ service, verdict, endMs }) => ledger.record(service, verdict, endMs).firstSeen.size,
    );
    expect(news.filter((count) => count > 0)).toEqual([1]);
    const { problems, services } = ledger.report(someDayMs + 300_000);
    expect(problems).toMatchObject([{ rule: 'cacheable-read', occurrences: 3, repeats: 20 }]);
    expect(services[0]!.endpoints.map((row) => row.problems.length)).toEqual([1, 1]);
  });

  function problemsOf(traces: CorpusTraces[], given: EngineOptions = options) {
    const ledger = new Ledger(resolveEngineOptions(given));
    for (const { service, verdict, endMs } of requestsOf(traces, given)) {
      ledger.record(service, verdict, endMs);
    }
    // Asking twice changes nothing.
    expect(ledger.problems()).toEqual(ledger.problems());
    return ledger.problems();
  }

  test('says in the end how much its window held', () => {
    expect(problemsOf([reads(200)])).toMatchObject([
      {
        occurrences: 1,
        repeats: 200,
        costMs: 200,
        savingMs: 199,
        message: expect.stringMatching(/^200 requests within 60.00 s .*which nobody wrote$/),
        advice: { text: expect.stringContaining('which saves 199 ms a minute') },
      },
    ]);
    const cacheReads = [
      { cache: 'users', result: 'miss', times: 3 },
      { cache: 'users', result: 'hit' },
    ];
    expect(problemsOf([{ times: 40, everyMs: 100, cacheReads }])).toMatchObject([
      { repeats: 120, message: '120 of 160 reads of cache users within 60.00 s missed: 25 % hits' },
    ]);
  });

  test('has the counts of the fullest of its windows, whichever it was', () => {
    for (const counts of [
      [300, 40, 25],
      [25, 300, 40],
      [40, 25, 300],
    ]) {
      const traces = counts.map((times, n) => reads(times, { atMs: n * 70_000 }));
      expect(problemsOf(traces)).toMatchObject([{ occurrences: 3, repeats: 300 }]);
    }
  });

  test('keeps what it showed when that passes within the window', () => {
    const cacheReads = (result: string) => [{ cache: 'users', result }];
    const warmed = [
      { times: 60, everyMs: 100, cacheReads: cacheReads('miss') },
      { times: 200, atMs: 10_000, everyMs: 100, cacheReads: cacheReads('hit') },
    ];
    expect(problemsOf(warmed)).toMatchObject([{ message: expect.stringMatching(/^50 of 50/) }]);
    const writes = { atMs: 20_000, times: 90, queries: [{ sql: 'DELETE FROM plans' }] };
    expect(problemsOf([reads(100), writes])).toMatchObject([{ repeats: 20 }]);
  });

  test('needs them in its own window, however long that of the statistics is', () => {
    const windowMs = 2_147_483_647;
    const slow = [reads(25, { everyMs: 60_000 })];
    expect(problemsOf(slow, { ...options, windowMs })).toEqual([]);
    const given = { ...options, windowMs: 1000, watchWindowMs: 3_600_000 };
    expect(problemsOf(slow, given)).toMatchObject([{ repeats: 25 }]);
  });

  test('is suppressed like others, and counted', () => {
    const suppress = [{ rule: 'cacheable-read', reason: 'we know' }];
    const ledger = new Ledger(resolveEngineOptions({ ...options, suppress }));
    for (const { service, verdict, endMs } of requestsOf([reads(30)], options)) {
      expect(ledger.record(service, verdict, endMs).findings).toEqual([]);
    }
    expect(ledger.report(someDayMs)).toMatchObject({
      problems: [],
      suppressed: { findings: 1, reasons: { 'we know': 1 } },
    });
  });

  test('has limits by rule and endpoint', () => {
    const thresholds = [{ rule: 'cacheable-read', minCacheableReads: 5 }];
    const given = { ...options, thresholds };
    expect(watched(requestsOf([reads(6)], given), given).found).toMatchObject([{ repeats: 5 }]);
  });

  test('does not depend on when its traces were heard of', () => {
    const requests = requestsOf([reads(70, { everyMs: 2000 })], options);
    const late = requests.map((request) => ({ ...request, endMs: someDayMs + 1e9 }));
    expect(watched(late, options).found).toEqual(watched(requests, options).found);
  });
});

test('what is watched is bounded, and every read that found no room is counted', () => {
  const options = { maxWatchedReads: 100 };
  const ledger = new Ledger(resolveEngineOptions(options));
  const requests = requestsOf(
    [reads(500, { queries: [{ sql: select, hash: 'own {n}' }], everyMs: 10 })],
    options,
  );
  for (const { service, verdict, endMs } of requests) ledger.record(service, verdict, endMs);
  // The service and the shape take two places.
  expect(ledger.overflow).toEqual({ maxWatchedReads: 500 - 98 });
  // A minute later there is room again.
  const later = requestsOf([reads(25, { atMs: 70_000 })], options);
  const found = later.flatMap(({ service, verdict, endMs }) => [
    ...ledger.record(service, verdict, endMs).findings,
  ]);
  expect(found).toMatchObject([{ rule: 'cacheable-read' }]);
});

test('watching never throws, whatever comes', () => {
  const odd = [Number.NaN, -1, 0, Infinity, 1e20];
  forSeeds(60, (random) => {
    const ledger = new Ledger(resolveEngineOptions({ maxWatchedReads: 5, explain: true }));
    const judge = new Judge(resolveEngineOptions());
    for (let n = 0; n < 40; n++) {
      const startMs = random() < 0.3 ? oneOf(random, odd) : someDayMs + n;
      const durationMs = oneOf(random, odd);
      const attributes = {
        [ATTR_DB_PARAMETERS_HASH]: oneOf(random, ['a', '', 7, null, undefined]),
      };
      const sql = oneOf(random, [
        select,
        'CALL p()',
        'TRUNCATE plans',
        'nonsense',
        'SELECT * FROM a, b',
      ]);
      const trace = aTrace({ startMs, durationMs, traceId: `t${n % 3}` });
      trace.withQueries(2, sql, { attributes, eachMs: durationMs });
      const hasRoot = random() < 0.8;
      const verdict = judge.judge(hasRoot ? trace.root : undefined, trace.spans);
      ledger.record('app', verdict, startMs);
      ledger.report(startMs);
    }
  });
});
