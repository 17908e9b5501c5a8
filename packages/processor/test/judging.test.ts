import { describe, expect, test } from '@jest/globals';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { aRequest, aRig, withoutOnEnding } from './build.ts';
import type { Rig, RigConfig } from './build.ts';

const byUser = 'SELECT * FROM notes WHERE user_id = $1';

async function anNPlusOne(config: RigConfig = {}): Promise<Rig> {
  const rig = aRig(config);
  const request = aRequest(rig, '/users');
  request.query('SELECT id FROM users', { tookMs: 3 });
  for (const tookMs of [2, 2, 2, 9, 2, 2]) request.query(byUser, { tookMs });
  request.end();
  await rig.processor.forceFlush();
  return rig;
}

function rootOf(rig: Rig): ReadableSpan {
  const [root] = rig.exporter.spans.filter(({ parentSpanContext }) => !parentSpanContext);
  return root!;
}

describe('a request with an N+1', () => {
  test('carries the verdict on its root', async () => {
    const rig = await anNPlusOne();
    expect(rootOf(rig).attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/users',
      'spandrel.endpoint': 'GET /users',
      'spandrel.finding.count': 1,
      'spandrel.found.n_plus_one_query': true,
      'spandrel.severity': 'warning',
      'spandrel.db.query_count': 7,
      'spandrel.db.duration_ms': 22,
    });
  });

  test('carries one event for each finding', async () => {
    const rig = await anNPlusOne();
    const { events } = rootOf(rig);
    expect(events.map(({ name }) => name)).toEqual(['spandrel.finding']);
    const members = rig.exporter.spans.filter(({ attributes }) =>
      String(attributes['db.query.text']).includes('notes'),
    );
    expect(events[0]!.attributes).toEqual({
      'spandrel.finding.rule': 'n-plus-one-query',
      'spandrel.finding.fingerprint': expect.stringMatching(/^[0-9a-f]{16}$/),
      'spandrel.finding.severity': 'warning',
      'spandrel.finding.confidence': expect.stringMatching(/^(low|medium|high)$/),
      'spandrel.finding.repeats': 6,
      'spandrel.finding.cost_ms': 19,
      'spandrel.finding.saving_ms': 10,
      'spandrel.finding.shape': 'select * from notes where user_id = ?',
      'spandrel.finding.advice': expect.stringContaining('= ANY($1)'),
      'spandrel.finding.span_ids': members.map((span) => span.spanContext().spanId),
      'code.file.path': 'packages/processor/test/build.ts',
      'code.line.number': expect.any(Number),
      'code.function.name': 'OpenSpan',
    });
  });

  test('marks the first and the slowest member, and no other span', async () => {
    const rig = await anNPlusOne();
    const fingerprint = rootOf(rig).events[0]!.attributes!['spandrel.finding.fingerprint'];
    const marked = rig.exporter.spans.filter(
      ({ attributes }) => attributes['spandrel.fingerprint'] !== undefined,
    );
    expect(marked.map(({ duration }) => duration[1] / 1e6)).toEqual([2, 9]);
    for (const { attributes } of marked)
      expect(attributes['spandrel.fingerprint']).toBe(fingerprint);
  });

  test('keeps the parent links of its children', async () => {
    const rig = await anNPlusOne();
    const root = rootOf(rig).spanContext();
    const children = rig.exporter.spans.filter(({ parentSpanContext }) => parentSpanContext);
    expect(children).toHaveLength(7);
    for (const { parentSpanContext } of children)
      expect(parentSpanContext?.spanId).toBe(root.spanId);
  });

  test('tells its finding once, and says when its problem is not new any more', async () => {
    const rig = await anNPlusOne();
    const again = aRequest(rig, '/users');
    again.queries(6, byUser);
    again.end();
    expect(
      rig.findings.map(({ finding, service, isNew }) => [finding.rule, service, isNew]),
    ).toEqual([
      ['n-plus-one-query', 'orders', true],
      ['n-plus-one-query', 'orders', false],
    ]);
  });

  test('is judged the same where the SDK does not tell that a span is ending', async () => {
    const told = rootOf(await anNPlusOne());
    const rig = await anNPlusOne({ seenAs: withoutOnEnding });
    const root = rootOf(rig);
    expect(root.attributes).toEqual(told.attributes);
    expect(root.events.map(({ name }) => name)).toEqual(['spandrel.finding']);
    expect(root.events[0]!.time).toEqual(root.endTime);
    expect(Object.keys(root.events[0]!.attributes!)).toEqual(
      Object.keys(told.events[0]!.attributes!),
    );
    expect(await rig.account()).toEqual({ ended: 8, accounted: 8, held: 0, exportedTwice: 0 });
    const open = (await rig.metrics()).get('spandrel.self.traces.open');
    expect(open?.dataPoints[0]?.value).toBe(0);
  });

  test('is judged and marked without an exporter too, and nothing is counted as dropped', async () => {
    const rig = aRig({ exports: false });
    const request = aRequest(rig, '/users');
    const queries = request.queries(6, `SELECT * FROM notes WHERE name = 'x'`);
    request.end();
    const root = request.span as unknown as ReadableSpan;
    expect(root.attributes['spandrel.finding.count']).toBe(1);
    const [first] = queries as unknown as ReadableSpan[];
    expect(first!.attributes['spandrel.fingerprint']).toBeDefined();
    expect(first!.attributes['db.query.text']).toBe(`SELECT * FROM notes WHERE name = 'x'`);
    await rig.processor.shutdown();
    expect(rig.processor.report().dropped).toEqual({ spans: 0, traces: 0, reasons: {} });
  });
});

describe('a request without a problem', () => {
  test('carries its endpoint and its totals only', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/users/:id');
    request.query('SELECT * FROM users WHERE id = $1', { tookMs: 1.5 });
    request.end();
    await rig.processor.forceFlush();
    const root = rootOf(rig);
    expect(ours(root)).toEqual({
      'spandrel.endpoint': 'GET /users/:id',
      'spandrel.db.query_count': 1,
      'spandrel.db.duration_ms': 1.5,
    });
    expect(root.events).toEqual([]);
    expect(rig.findings).toEqual([]);
  });

  test('carries no totals where there was nothing to count', async () => {
    const rig = aRig();
    aRequest(rig, '/health').end();
    await rig.processor.forceFlush();
    expect(ours(rootOf(rig))).toEqual({ 'spandrel.endpoint': 'GET /health' });
  });

  test('counts the cache reads of all its spans', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/cached');
    request.span.addEvent('cache.hit');
    const inner = request.child('load');
    inner.span.addEvent('cache.hit');
    inner.span.addEvent('cache.miss');
    inner.end();
    request.end();
    await rig.processor.forceFlush();
    expect(ours(rootOf(rig))).toEqual({
      'spandrel.endpoint': 'GET /cached',
      'spandrel.cache.hit_count': 2,
      'spandrel.cache.miss_count': 1,
    });
  });
});

test('marks a slow request, and reports it', async () => {
  const rig = aRig();
  aRequest(rig, '/slow').end(1200);
  await rig.processor.forceFlush();
  expect(ours(rootOf(rig))).toMatchObject({
    'spandrel.slow': true,
    'spandrel.found.slow_endpoint': true,
    'spandrel.severity': 'critical',
  });
});

test('counts a failed request as an error of its endpoint', () => {
  const rig = aRig();
  const failed = aRequest(rig, '/fails');
  failed.span.setStatus({ code: 2 });
  failed.end(10);
  aRequest(rig, '/fails').end(20);
  const [service] = rig.processor.report().services;
  expect(service).toMatchObject({ service: 'orders', endpoints: [{ calls: 2, errors: 1 }] });
});

test('knows the live quantiles of an endpoint, and nothing of one never seen', () => {
  const rig = aRig();
  for (let ms = 1; ms <= 100; ms++) aRequest(rig, '/users').end(ms);
  const { p50Ms, p95Ms, p99Ms, calls } = rig.processor.statistics.endpoint('GET /users')!;
  expect(calls).toBe(100);
  expect(p50Ms! / 50).toBeCloseTo(1, 1);
  expect(p95Ms! / 95).toBeCloseTo(1, 1);
  expect(p99Ms! / 99).toBeCloseTo(1, 1);
  expect(rig.processor.statistics.endpoint('GET /never')).toBeUndefined();
});

test('names the service while a resource detector still looks for other things', async () => {
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const never = new Promise<string>(() => undefined);
  const rig = aRig({
    resource: resourceFromAttributes({ 'service.name': 'orders', 'host.id': never }),
  });
  aRequest(rig, '/users').end();
  expect(rig.processor.report().services[0]?.service).toBe('orders');
});

test('writes at most 32 finding events and 20 span ids, and counts all findings', async () => {
  const rig = aRig();
  const request = aRequest(rig, '/much');
  for (let table = 0; table < 40; table++) {
    const name = String.fromCharCode(97 + table / 26, 97 + (table % 26));
    request.queries(25, `SELECT * FROM t_${name} WHERE id = $1`, { tookMs: 0.5 });
  }
  request.end();
  await rig.processor.forceFlush();
  const root = rootOf(rig);
  expect(root.attributes['spandrel.finding.count']).toBe(40);
  expect(root.events).toHaveLength(32);
  expect(root.events[0]!.attributes!['spandrel.finding.span_ids']).toHaveLength(20);
});

function ours({ attributes }: ReadableSpan): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => name.startsWith('spandrel.')),
  );
}
