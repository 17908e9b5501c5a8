import { expect, test } from '@jest/globals';
import { Judge } from '../src/judge.ts';
import { resolveEngineOptions } from '../src/options.ts';
import { StatusCode } from '../src/types.ts';
import type { Span } from '../src/types.ts';
import { aSpan, aTrace, noteById, someDayMs, userById } from './build.ts';
import { forSeeds, oneOf, shuffled } from './random.ts';

const judge = new Judge(resolveEngineOptions());
const event = (name: string) => ({ name, timeMs: someDayMs, attributes: {} });

test('a verdict holds the totals of the request', () => {
  const trace = aTrace()
    .withQueries(3, noteById, { eachMs: 5, everyMs: 0 })
    .withSpan({ events: [event('cache.hit'), event('cache.miss'), event('cache.stale_hit')] })
    .withSpan({
      events: [event('cache.hit')],
      attributes: { 'cache.hit.count': 40, 'cache.miss.count': 2 },
    });
  expect(trace.judged()).toMatchObject({
    endpoint: 'GET /meetings',
    hasRoot: true,
    startMs: someDayMs,
    durationMs: 500,
    isError: false,
    isSlow: false,
    severity: null,
    queryCount: 3,
    queryDurationMs: 15,
    cacheHitCount: 42,
    cacheMissCount: 3,
    findings: [],
    findingsDropped: 0,
  });
});

test('a root with an error status, or a response of 500 and more, is an error', () => {
  const isError = (given: Partial<Span>): boolean => aTrace(given).judged().isError;
  expect(isError({ statusCode: StatusCode.error })).toBe(true);
  expect(isError({ attributes: { 'http.response.status_code': 500 } })).toBe(true);
  expect(isError({ attributes: { 'http.status_code': 503 } })).toBe(true);
  expect(isError({ attributes: { 'http.response.status_code': 404 } })).toBe(false);
});

test('late children are judged without a root, under the name of their endpoint', () => {
  const { spans } = aTrace().withQueries(5, noteById);
  const late = spans.filter((span) => !span.isLocalRoot);
  const verdict = judge.judge(undefined, late, { endpoint: 'GET /late' });
  expect(verdict).toMatchObject({ endpoint: 'GET /late', hasRoot: false, isSlow: false });
  expect(verdict.findings).toMatchObject([{ rule: 'n-plus-one-query', endpoint: 'GET /late' }]);
  expect(judge.judge(undefined, []).endpoint).toBe('(unknown)');
});

test('spans still open at the end lend their place and their route, and are no calls', () => {
  const trace = aTrace({ attributes: { 'http.request.method': 'GET', 'url.path': '/a' } });
  for (let n = 0; n < 5; n++) {
    trace.withSpan({ spanId: `inner${n}`, under: 'handler' });
    trace.withQueries(1, noteById, { under: `inner${n}` });
  }
  const handler = aSpan({
    spanId: 'handler',
    parentSpanId: 'root',
    attributes: { 'http.route': '/a/:id' },
    events: [event('cache.hit'), { ...event('cache.miss'), timeMs: someDayMs + 9000 }],
  });
  const { root, spans } = trace;
  const verdict = judge.judge(root, spans, { open: [handler] });
  expect(verdict).toMatchObject({ endpoint: 'GET /a/:id', queryCount: 5, cacheHitCount: 1 });
  expect(verdict).toMatchObject({ cacheMissCount: 0, findings: [{ repeats: 5 }] });
  const late = judge.judge(undefined, [handler], { countedUntilMs: someDayMs + 501 });
  expect(late).toMatchObject({ cacheHitCount: 0, cacheMissCount: 1 });
});

test('findings stand costliest first, and those over the cap are counted', () => {
  const trace = aTrace();
  for (let n = 1; n <= 6; n++)
    trace.withQueries(5, `SELECT a FROM t${n} WHERE b = $1`, { eachMs: n });
  const { findings, findingsDropped } = trace.judged({ maxFindingsPerTrace: 4 });
  expect(findings.map(({ summary }) => summary)).toEqual([
    'SELECT t6',
    'SELECT t5',
    'SELECT t4',
    'SELECT t3',
  ]);
  expect(findingsDropped).toBe(2);
});

test('a trace of a hundred thousand queries is judged', () => {
  const { findings } = aTrace().withQueries(100_000, noteById, { eachMs: 0.1 }).judged();
  expect(findings[0]?.repeats).toBe(100_000);
});

test('judging never throws, changes nothing, and does not mind the order of spans', () => {
  const odd = [
    undefined,
    null,
    '',
    'x',
    7,
    Number.NaN,
    [],
    {},
    true,
    noteById,
    'BEGIN',
    'SELECT 1',
  ];
  const names = ['db.system', 'db.system.name', 'db.query.text', 'db.statement', 'http.route'];
  names.push('http.request.method', 'url.path', 'code.file.path', 'code.line.number');
  names.push('spandrel.callers', 'cache.hit.count', 'db.namespace', 'http.response.status_code');
  forSeeds(3000, (random) => {
    const ids = Array.from({ length: 1 + Math.floor(random() * 12) }, (_, n) => `s${n}`);
    const spans = ids.map((spanId) =>
      aSpan({
        spanId,
        parentSpanId: oneOf(random, [undefined, 'gone', ...ids]),
        kind: Math.floor(random() * 6),
        startMs: oneOf(random, [someDayMs, someDayMs + 5, 0, -1]),
        durationMs: oneOf(random, [0, 1, 300, 2000]),
        statusCode: Math.floor(random() * 4),
        attributes: Object.fromEntries(
          Array.from({ length: 6 }, () => [oneOf(random, names), oneOf(random, odd)]),
        ),
        events: random() < 0.3 ? [event('cache.hit')] : [],
      }),
    );
    const root = random() < 0.8 ? spans[0] : undefined;
    const before = JSON.stringify(spans);
    const explaining = new Judge(resolveEngineOptions({ minRepeats: 2, explain: true }));
    const described = (order: Span[]): string[] =>
      explaining
        .judge(root, order)
        .findings.map(({ fingerprint, spanIds, costMs }) =>
          [fingerprint, ...spanIds, costMs].join(),
        )
        .sort();
    expect(described(shuffled(random, spans))).toEqual(described(spans));
    expect(JSON.stringify(spans)).toBe(before);
  });
});

test('one judge keeps traces apart', () => {
  const one = aTrace().withQueries(3, noteById).withQueries(3, userById);
  expect(judge.judge(one.root, one.spans).findings).toEqual([]);
  expect(judge.judge(one.root, one.spans).findings).toEqual([]);
});
