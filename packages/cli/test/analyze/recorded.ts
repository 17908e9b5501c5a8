import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { anSdkSpan, aResource } from '../../../engine/test/otlp/sdk-spans.ts';

const someDaySeconds = 1_753_800_000;

/** Two services: requests to one, three of which loop over queries and call the other. */
export function recordedSpans(traces = 6): ReadableSpan[] {
  return Array.from({ length: traces }, (_, n) => aRequest(n)).flat();
}

function aRequest(n: number): ReadableSpan[] {
  const traceId = id(32, 7000 + n);
  const isLoop = n % 2 === 0;
  const atMs = n * 1000;
  const api = { traceId, service: 'api' };
  const queries = Array.from({ length: isLoop ? 8 : 2 }, (_, q) =>
    span({
      ...api,
      spanId: id(16, n * 100 + q + 10),
      parent: id(16, n * 100 + 1),
      name: 'pg.query:SELECT app',
      kind: 2,
      atMs: atMs + 2 + q * 5,
      forMs: 4,
      attributes: {
        'db.system.name': 'postgresql',
        'db.query.text': `SELECT name FROM ${isLoop ? 'notes' : `t${q}`} WHERE id = $1`,
        'code.file.path': 'src/notes.ts',
        'code.line.number': 12,
        'code.function.name': 'listNotes',
        'spandrel.callers': ['main (src/app.ts:3)'],
      },
    }),
  );
  const call = span({
    ...api,
    spanId: id(16, n * 100 + 2),
    parent: id(16, n * 100 + 1),
    name: 'GET',
    kind: 2,
    atMs: atMs + 60,
    forMs: 20,
    attributes: { 'http.request.method': 'GET', 'url.full': 'http://users/u/7' },
  });
  const root = span({
    ...api,
    spanId: id(16, n * 100 + 1),
    name: 'GET /notes',
    kind: 1,
    atMs,
    forMs: isLoop ? 1200 : 90,
    attributes: { 'http.request.method': 'GET', 'http.route': isLoop ? '/notes' : '/rooms' },
  });
  const answer = span({
    traceId,
    service: 'users',
    spanId: id(16, n * 100 + 3),
    parent: id(16, n * 100 + 2),
    isRemote: true,
    name: 'GET /u/:id',
    kind: 1,
    atMs: atMs + 62,
    forMs: 15,
    attributes: { 'http.request.method': 'GET', 'http.route': '/u/:id' },
  });
  return [...queries, call, root, answer];
}

interface SpanWords {
  traceId: string;
  spanId: string;
  parent?: string;
  isRemote?: boolean;
  service: string;
  name: string;
  kind: number;
  atMs: number;
  forMs: number;
  attributes: Record<string, unknown>;
}

function span(words: SpanWords): ReadableSpan {
  const { traceId, spanId, parent, isRemote = false, service, atMs, forMs, ...rest } = words;
  return anSdkSpan({
    ids: [traceId, spanId],
    ...(parent !== undefined && {
      parentSpanContext: { traceId, spanId: parent, traceFlags: 1, isRemote },
    }),
    startTime: timeOf(atMs),
    endTime: timeOf(atMs + forMs),
    duration: [0, forMs * 1e6],
    resource: resources.get(service) ?? newResource(service),
    ...rest,
  } as Parameters<typeof anSdkSpan>[0]);
}

const resources = new Map<string, ReturnType<typeof aResource>>();

function newResource(service: string) {
  const resource = aResource({ 'service.name': service });
  resources.set(service, resource);
  return resource;
}

function timeOf(ms: number): [number, number] {
  return [someDaySeconds + Math.floor(ms / 1000), (ms % 1000) * 1e6];
}

function id(length: number, number: number): string {
  return number.toString(16).padStart(length, '0');
}

export function otlpJson(spans: ReadableSpan[]): string {
  return new TextDecoder().decode(JsonTraceSerializer.serializeRequest(spans));
}

export function otlpProtobuf(spans: ReadableSpan[]): Buffer {
  return Buffer.from(ProtobufTraceSerializer.serializeRequest(spans)!);
}

/** One request a line, `perLine` spans each: spans of one trace may stand on several. */
export function jsonLines(spans: ReadableSpan[], perLine = 5): string {
  return chunked(spans, perLine)
    .map((some) => `${otlpJson(some)}\n`)
    .join('');
}

export function prefixed(bodies: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body) => {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(body.length);
      return [size, body];
    }),
  );
}

export function chunked<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}

/** As Jaeger's query API answers for what was sent to it over OTLP. */
export function jaegerTraces(spans: ReadableSpan[]): object[] {
  const byTrace = new Map<string, ReadableSpan[]>();
  for (const one of spans) {
    const { traceId } = one.spanContext();
    byTrace.set(traceId, [...(byTrace.get(traceId) ?? []), one]);
  }
  return [...byTrace].map(([traceID, ofTrace]) => {
    const services = [...new Set(ofTrace.map(serviceOf))];
    return {
      traceID,
      spans: ofTrace.map((one) => jaegerSpan(one, `p${services.indexOf(serviceOf(one)) + 1}`)),
      processes: Object.fromEntries(
        services.map((serviceName, n) => [`p${n + 1}`, { serviceName, tags: [] }]),
      ),
      warnings: null,
    };
  });
}

function serviceOf({ resource }: ReadableSpan): string {
  return String(resource.attributes['service.name']);
}

const kinds = ['internal', 'server', 'client', 'producer', 'consumer'];

function jaegerSpan(one: ReadableSpan, processID: string): object {
  const { traceId: traceID, spanId: spanID } = one.spanContext();
  const parent = one.parentSpanContext?.spanId;
  const scope = one.instrumentationScope.name;
  return {
    traceID,
    spanID,
    operationName: one.name,
    references: parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID, spanID: parent }],
    startTime: one.startTime[0] * 1e6 + one.startTime[1] / 1e3,
    duration: one.duration[0] * 1e6 + one.duration[1] / 1e3,
    tags: [
      ...Object.entries(one.attributes).map(([key, value]) => tag(key, value)),
      tag('otel.scope.name', scope),
      tag('span.kind', kinds[one.kind]),
    ],
    logs: [],
    processID,
    warnings: null,
  };
}

function tag(key: string, value: unknown): object {
  if (typeof value === 'number') return { key, type: 'int64', value };
  if (typeof value === 'boolean') return { key, type: 'bool', value };
  return { key, type: 'string', value: typeof value === 'string' ? value : JSON.stringify(value) };
}
