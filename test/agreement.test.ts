import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Tracer } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAnalyzer } from '@spandrel/engine';
import type { Report, Span as EngineSpan } from '@spandrel/engine';
import { decodeJaegerJson } from '@spandrel/engine/jaeger';
import { decodeTraces, decodeTracesJson } from '@spandrel/engine/otlp';
import { SpandrelProcessor } from '@spandrel/processor';
import { jaegerJson } from './documents/jaeger-json.ts';
import type { OtlpRequest } from './documents/jaeger-json.ts';

// One run, four doors: judged live in the process, and from the very bytes that left it.
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

const maxSpansPerTrace = 50;

let live: Report;
let unjudged: Readonly<Partial<Record<string, number>>>;
const protobufBodies: Uint8Array[] = [];
const jsonLines: string[] = [];

beforeAll(async () => {
  const processor = new SpandrelProcessor({
    maxSpansPerTrace,
    exporter: {
      export(spans: ReadableSpan[], done: (result: { code: number }) => void) {
        protobufBodies.push(ProtobufTraceSerializer.serializeRequest(spans)!);
        jsonLines.push(Buffer.from(JsonTraceSerializer.serializeRequest(spans)!).toString());
        done({ code: 0 });
      },
      shutdown: () => Promise.resolve(),
    } as never,
  });
  const provider = new TracerProvider({ spanProcessors: [processor as never] });
  const tracer = provider.getTracer('@opentelemetry/instrumentation-pg');
  const stragglers: (() => void)[] = [];
  for (let n = 0; n < 10 * kinds.length; n++) stragglers.push(...aRequest(tracer, n));
  for (const end of stragglers) end();
  await processor.forceFlush();
  live = processor.report();
  unjudged = processor.counts.unjudgedSpans;
});

type Door = () => Iterable<{ service: string; spans: readonly EngineSpan[] }[]>;

function reportThrough(door: Door): Report {
  const analyzer = createAnalyzer();
  for (const decoded of door()) {
    for (const { service, spans } of decoded) analyzer.add(service, spans);
  }
  analyzer.finish();
  return analyzer.report();
}

test('the run holds every kind of trouble that doors could see differently', () => {
  expect(new Set(live.problems.map(({ rule }) => rule))).toEqual(
    new Set([
      'n-plus-one-query',
      'duplicate-query',
      'slow-endpoint',
      'slow-query',
      'error-burst',
      'n-plus-one-http',
      'http-in-transaction',
      'n-plus-one-cache',
      'serial-queries',
    ]),
  );
  expect(unjudged).toMatchObject({ max_spans_per_trace: expect.any(Number) });
});

test('OTLP protobuf gives the same problems and statistics', () => {
  const read = reportThrough(() => protobufBodies.map((body) => decodeTraces(body)));
  expect(essence(read)).toEqual(essence(live));
});

test('OTLP JSON lines give the same problems and statistics', () => {
  const read = reportThrough(() => jsonLines.map((line) => decodeTracesJson(JSON.parse(line))));
  expect(essence(read)).toEqual(essence(live));
});

test('Jaeger JSON gives the same problems and statistics, to the microsecond', () => {
  const requests = jsonLines.map((line) => JSON.parse(line) as OtlpRequest);
  const document: unknown = JSON.parse(JSON.stringify(jaegerJson(requests)));
  const read = reportThrough(() => [decodeJaegerJson(document)]);
  expect(toTheMicrosecond(essence(read))).toEqual(toTheMicrosecond(essence(live)));
});

/** Sums of rounded times differ by more than one of them does. */
function toTheMicrosecond(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_name, one: unknown) =>
      typeof one === 'number' ? Math.round(one * 20) / 20 : one,
    ),
  );
}

const kinds = [
  'healthy',
  'loop',
  'burst',
  'slow',
  'again',
  'huge',
  'calls',
  'pages',
  'serial',
  'offsets',
  'failing',
] as const;

/** A request of one kind; hands back what has not ended with it. */
function aRequest(tracer: Tracer, n: number): (() => void)[] {
  const startMs = Date.now() + n;
  const kind = kinds[n % kinds.length]!;
  const attributes = { 'http.request.method': 'GET', 'http.route': `/${kind}/:id` };
  const root = tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes, startTime: startMs });
  const under = trace.setSpan(context.active(), root);
  const handler = tracer.startSpan('handler', { startTime: startMs }, under);
  handler.addEvent(n % 3 === 0 ? 'cache.miss' : 'cache.hit', {}, startMs + 1);
  const inHandler = trace.setSpan(under, handler);
  const query = (text: string, atMs: number, durationMs: number): void => {
    const statement = { 'db.system.name': 'postgresql', 'db.query.text': text };
    const options = { kind: SpanKind.CLIENT, attributes: statement, startTime: startMs + atMs };
    tracer.startSpan('pg.query:SELECT', options, inHandler).end(startMs + atMs + durationMs);
  };
  const cached = (key: string, atMs: number, durationMs: number): void => {
    const attributes = { 'db.system.name': 'redis', 'db.query.text': `get ${key}` };
    const options = { kind: SpanKind.CLIENT, attributes, startTime: startMs + atMs };
    tracer.startSpan('get', options, inHandler).end(startMs + atMs + durationMs);
  };
  const call = (
    path: string,
    atMs: number,
    durationMs: number,
    status: number,
    search = 'token=secret',
  ): void => {
    const attributes = {
      'http.request.method': 'GET',
      'url.full': `http://rooms.example${path}?${search}`,
      'http.response.status_code': status,
    };
    const options = { kind: SpanKind.CLIENT, attributes, startTime: startMs + atMs };
    const span = tracer.startSpan('GET', options, inHandler);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(startMs + atMs + durationMs);
  };
  query(`SELECT name FROM users WHERE id = '${n}'`, 1, 0.7);
  if (kind === 'loop') {
    for (let i = 0; i < 7; i++) query('SELECT a FROM notes WHERE user_id = $1', 2 + 3 * i, 2.5);
  }
  if (kind === 'burst') {
    for (let i = 0; i < 9; i++) query('SELECT b FROM rooms WHERE id = $1', 2, 4 + i / 10);
  }
  if (kind === 'again') {
    for (let i = 0; i < 3; i++) query(`SELECT d FROM users WHERE id = '${n % 7}'`, 2 + 3 * i, 2.5);
  }
  if (kind === 'huge') {
    for (let i = 0; i < 2 * maxSpansPerTrace; i++) {
      query('SELECT e FROM rooms WHERE id = $1', 2 + 0.3 * i, 0.3);
    }
  }
  if (kind === 'calls') {
    query('BEGIN', 2, 0.5);
    for (let i = 0; i < 6; i++) call(`/users/${i}`, 3 + 5 * i, 4.5, 200);
    query('COMMIT', 40, 0.5);
  }
  if (kind === 'pages') {
    for (let i = 0; i < 6; i++) call('/users', 3 + 5 * i, 4.5, 200, `sort=name&page=${i}`);
    for (let i = 0; i < 6; i++) call('/search', 35 + i, 0.5, 200, `q=${i}`);
    for (let i = 0; i < 6; i++) cached(`user:${i}`, 42 + i, 0.5);
    for (const key of ['a', 'b:1', 'c:1', 'd:1', 'e:1']) cached(key, 48, 0.5);
  }
  if (kind === 'offsets') {
    for (let i = 0; i < 6; i++) {
      query(
        `SELECT f FROM notes WHERE user_id = ${n} ORDER BY id LIMIT 5 OFFSET ${5 * i}`,
        2 + 3 * i,
        2.5,
      );
      query(
        `SELECT g FROM notes WHERE user_id = ${i} ORDER BY id LIMIT 5 OFFSET 0`,
        22 + 3 * i,
        2.5,
      );
    }
  }
  if (kind === 'serial') {
    for (const [at, table] of ['rooms', 'notes', 'teams'].entries()) {
      query(`SELECT count(*) FROM ${table} WHERE owner_id = ${n}`, 2 + 18 * at, 17);
    }
  }
  if (kind === 'failing') {
    for (let i = 0; i < 6; i++) call(`/rooms/${i}`, 3, 4.5 + i / 10, 503);
  }
  if (kind === 'slow') query('SELECT c FROM logs WHERE text LIKE $1', 2, 1200);
  // A call that nobody waits for, and a handler span that ends after its request.
  const late = tracer.startSpan(
    'pg.query:INSERT',
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system.name': 'postgresql',
        'db.query.text': 'INSERT INTO log VALUES ($1)',
      },
      startTime: startMs + 3,
    },
    inHandler,
  );
  root.end(startMs + (kind === 'slow' ? 1300 : 60));
  return [handler, late].map((span) => () => span.end(startMs + (kind === 'slow' ? 1310 : 70)));
}

/** What both must agree on; times of arrival differ. */
function essence({ services, problems }: Report) {
  return {
    services: services.map(({ service, endpoints }) => ({
      service,
      endpoints: endpoints
        .map((row) => ({ ...row, problems: [...row.problems].sort() }))
        .sort((a, b) => a.endpoint.localeCompare(b.endpoint)),
    })),
    problems: problems
      .map(({ firstSeenMs: _first, lastSeenMs: _last, ...rest }) => rest)
      .sort((a, b) => a.fingerprint.localeCompare(b.fingerprint)),
  };
}
