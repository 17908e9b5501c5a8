import { fork } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { register } from './processes/run-app.ts';
import { startReceiver } from './receiver/receiver.ts';
import type { ReceivedSpan, Receiver } from './receiver/receiver.ts';
import { findPostgres } from './services/postgres.ts';
import type { Postgres } from './services/postgres.ts';

// The example service under the preload, watched by a receiver that shares no code with the project.
let receiver: Receiver;
let postgres: Postgres;
const entry = join(__dirname, '../examples/meetings-api/src/service.ts');

beforeAll(async () => {
  receiver = await startReceiver();
  postgres = await findPostgres();
  const service = fork(entry, {
    execArgv: ['--require', register],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env,
      DATABASE_URL: postgres.url,
      MEETINGS_SCHEMA: 'spandrel_trace_in_full',
      OTEL_SERVICE_NAME: 'meetings-api',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      NODE_ENV: 'production',
      REDIS_URL: '',
      // A busy machine makes anything slow; this is about counts.
      SPANDREL_SLOW_QUERY_MS: '60000',
      SPANDREL_SLOW_ENDPOINT_MS: '60000',
    },
  });
  const url = await new Promise<string>((resolve, reject) => {
    service.on('message', (message: { type: string; url: string }) => {
      if (message.type === 'ready') resolve(message.url);
    });
    service.once('exit', (code) => reject(new Error(`the service ended with ${code}`)));
  });
  const body = JSON.stringify({
    email: 'user1@example.com',
    password: 'correct horse battery staple',
  });
  const json = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/login`, { method: 'POST', body, headers: json });
  const { token } = (await answer.json()) as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  for (const path of ['/meetings/12/minutes', '/meetings/16', '/meetings/16', '/rooms']) {
    await (await fetch(url + path, { headers })).text();
  }
  const ended = new Promise((resolve) => service.once('exit', resolve));
  service.kill('SIGTERM');
  await ended;
}, 120_000);

afterAll(async () => {
  await receiver.close();
  await postgres.stop();
});

function root(name: string): ReceivedSpan {
  return receiver.spans.find((span) => span.parentSpanId === null && span.name === name)!;
}

function traceOf({ traceId }: ReceivedSpan): ReceivedSpan[] {
  return receiver.spans.filter((span) => span.traceId === traceId);
}

describe('a request with two loops', () => {
  const endpoint = 'GET /meetings/:id/minutes';

  test('its root carries the verdict as scalars', () => {
    expect(root(endpoint).attributes).toMatchObject({
      'spandrel.endpoint': endpoint,
      'spandrel.finding.count': 2,
      'spandrel.found.n_plus_one_query': true,
      'spandrel.severity': expect.stringMatching(/^(warning|error|critical)$/),
      'spandrel.db.query_count': 21,
      'spandrel.db.duration_ms': expect.any(Number),
      'http.route': '/meetings/:id/minutes',
    });
  });

  test('one event for each finding holds evidence and advice', () => {
    const events = root(endpoint).events.filter(({ name }) => name === 'spandrel.finding');
    expect(events).toHaveLength(2);
    for (const { attributes } of events) {
      expect(attributes).toMatchObject({
        'spandrel.finding.rule': 'n-plus-one-query',
        'spandrel.finding.fingerprint': expect.stringMatching(/^[0-9a-f]{16}$/),
        'spandrel.finding.severity': expect.any(String),
        'spandrel.finding.confidence': 'high',
        'spandrel.finding.repeats': 10,
        'spandrel.finding.cost_ms': expect.any(Number),
        'spandrel.finding.saving_ms': expect.any(Number),
        'spandrel.finding.shape': expect.stringMatching(/^select .* = \?/),
        'spandrel.finding.advice': expect.stringMatching(/one query/),
        'code.file.path': 'examples/meetings-api/src/repositories/notes.ts',
        'code.line.number': expect.any(Number),
        'code.function.name': expect.stringMatching(/^find(Author|Response)$/),
      });
    }
  });

  test('the spans an event names are there, are queries, and hang under the root', () => {
    const spans = traceOf(root(endpoint));
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const { attributes } of root(endpoint).events) {
      const ids = attributes['spandrel.finding.span_ids'] as string[];
      expect(ids).toHaveLength(10);
      for (const id of ids) {
        let span = byId.get(id)!;
        expect(span.scope).toBe('@opentelemetry/instrumentation-pg');
        expect(span.attributes['db.query.text']).toMatch(/^SELECT .* = \$1/i);
        while (span.parentSpanId !== null) span = byId.get(span.parentSpanId)!;
        expect(span).toBe(root(endpoint));
      }
      const fingerprint = attributes['spandrel.finding.fingerprint'];
      const marked = spans.filter(
        (span) => span.attributes['spandrel.fingerprint'] === fingerprint,
      );
      expect(marked.map(({ spanId }) => spanId)).toContain(ids[0]);
    }
  });

  test('every span of the trace came once, with a parent that came too', () => {
    const spans = traceOf(root(endpoint));
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(ids.size).toBe(spans.length);
    expect(
      spans.filter(({ parentSpanId }) => parentSpanId !== null && !ids.has(parentSpanId)),
    ).toEqual([]);
    expect(spans.filter(({ name }) => name.startsWith('pg.query'))).toHaveLength(21);
  });
});

describe('a cached request', () => {
  test('a miss and then a hit are events in the trace and totals on the root', () => {
    const roots = receiver.spans.filter(({ name }) => name === 'GET /meetings/:id');
    const reads = roots.map((span) => ({
      events: traceOf(span)
        .flatMap(({ events }) => events)
        .map(({ name }) => name)
        .filter((name) => name.startsWith('cache.')),
      hits: span.attributes['spandrel.cache.hit_count'],
      misses: span.attributes['spandrel.cache.miss_count'],
    }));
    expect(reads).toEqual([
      { events: ['cache.miss'], hits: 0, misses: 1 },
      { events: ['cache.hit'], hits: 1, misses: 0 },
    ]);
  });
});

describe('metrics', () => {
  // Cumulative: a series comes again with every export, and its last value is the one.
  const pointsOf = (name: string) => {
    const points = receiver.points.filter((point) => point.name === name);
    return [...new Map(points.map((point) => [JSON.stringify(point.attributes), point])).values()];
  };
  const minutes = { 'spandrel.endpoint': 'GET /meetings/:id/minutes' };

  test('the endpoint duration is an exponential histogram in seconds', () => {
    const [point] = pointsOf('spandrel.endpoint.duration').filter(
      ({ attributes }) => attributes['spandrel.endpoint'] === minutes['spandrel.endpoint'],
    );
    expect(point).toMatchObject({ kind: 'exponentialHistogram', unit: 's', count: 1 });
    const { startNano, endNano } = root('GET /meetings/:id/minutes');
    expect(point!.sum).toBeCloseTo(Number(endNano - startNano) / 1e9, 5);
  });

  test('queries per request are a histogram by endpoint', () => {
    const [point] = pointsOf('spandrel.endpoint.queries').filter(
      ({ attributes }) => attributes['spandrel.endpoint'] === minutes['spandrel.endpoint'],
    );
    expect(point).toMatchObject({ kind: 'histogram', unit: '{query}', count: 1, sum: 21 });
  });

  test('findings are counted by rule, endpoint and severity', () => {
    const points = pointsOf('spandrel.findings').filter(
      ({ attributes }) => attributes['spandrel.finding.rule'] === 'n-plus-one-query',
    );
    expect(points.reduce((sum, { value }) => sum + value, 0)).toBe(2);
    for (const { kind, unit, attributes } of points) {
      expect({ kind, unit }).toEqual({ kind: 'sum', unit: '{finding}' });
      expect(attributes).toMatchObject({ ...minutes, 'spandrel.severity': expect.any(String) });
    }
  });

  test('what was exported is counted, and nothing was dropped', () => {
    const exported = pointsOf('spandrel.self.spans.exported').map(({ value }) => value);
    expect(Math.max(...exported)).toBeGreaterThan(0);
    expect(Math.max(...exported)).toBeLessThanOrEqual(receiver.spans.length);
    expect(pointsOf('spandrel.self.spans.dropped')).toEqual([]);
    expect(pointsOf('spandrel.self.traces.open')[0]).toMatchObject({ unit: '{trace}' });
    expect(pointsOf('spandrel.self.spans.held')[0]).toMatchObject({ unit: '{span}' });
  });
});
