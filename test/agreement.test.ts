import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context, SpanKind, trace } from '@opentelemetry/api';
import type { Span, Tracer } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAnalyzer } from '@spandrel/engine';
import type { Report } from '@spandrel/engine';
import { decodeTraces } from '@spandrel/engine/otlp';
import { SpandrelProcessor } from '@spandrel/processor';

// One run, two doors: judged live in the process, and from the very bytes that left it.
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

test('the process and a reader of its OTLP come to the same findings and statistics', async () => {
  const bodies: Uint8Array[] = [];
  const processor = new SpandrelProcessor({
    exporter: {
      export(spans: ReadableSpan[], done: (result: { code: number }) => void) {
        bodies.push(ProtobufTraceSerializer.serializeRequest(spans)!);
        done({ code: 0 });
      },
      shutdown: () => Promise.resolve(),
    } as never,
  });
  const provider = new TracerProvider({ spanProcessors: [processor as never] });
  const tracer = provider.getTracer('@opentelemetry/instrumentation-pg');
  const stragglers: Span[] = [];
  for (let n = 0; n < 40; n++) stragglers.push(...aRequest(tracer, n));
  for (const span of stragglers) span.end();
  await processor.forceFlush();

  const analyzer = createAnalyzer();
  for (const body of bodies) {
    for (const { service, spans } of decodeTraces(body)) analyzer.add(service, spans, Date.now());
  }
  analyzer.finish(Date.now());
  const live = essence(processor.report());
  const read = essence(analyzer.report(Date.now()));
  expect(read).toEqual(live);
  expect(live.problems.map(({ rule }) => rule).sort()).toEqual([
    'n-plus-one-query',
    'n-plus-one-query',
    'slow-endpoint',
    'slow-query',
  ]);
});

/** A request of one of four kinds; hands back what has not ended with it. */
function aRequest(tracer: Tracer, n: number): Span[] {
  const startMs = Date.now() + n;
  const kind = ['healthy', 'loop', 'burst', 'slow'][n % 4]!;
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
  query(`SELECT name FROM users WHERE id = '${n}'`, 1, 0.7);
  if (kind === 'loop') {
    for (let i = 0; i < 7; i++) query('SELECT a FROM notes WHERE user_id = $1', 2 + 3 * i, 2.5);
  }
  if (kind === 'burst') {
    for (let i = 0; i < 9; i++) query('SELECT b FROM rooms WHERE id = $1', 2, 4 + i / 10);
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
  return [handler, late];
}

/** What both must agree on; times of arrival differ. */
function essence({ services, problems }: Report) {
  return {
    services: services.map(({ service, endpoints }) => ({
      service,
      endpoints: [...endpoints].sort((a, b) => a.endpoint.localeCompare(b.endpoint)),
    })),
    problems: problems
      .map(({ firstSeenMs: _first, lastSeenMs: _last, ...rest }) => rest)
      .sort((a, b) => a.fingerprint.localeCompare(b.fingerprint)),
  };
}
