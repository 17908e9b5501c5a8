import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';

const resources = new Map();

/** `count` documents of each kind, as the SDK and Jaeger write them: what the fuzzer starts from. */
export function documentsOf(count) {
  const numbers = Array.from({ length: count }, (_, n) => n);
  const requests = numbers.map(sdkSpans);
  return {
    protobuf: requests.map((spans) => ProtobufTraceSerializer.serializeRequest(spans)),
    json: requests.map((spans) => JsonTraceSerializer.serializeRequest(spans)),
    jaeger: numbers.map((n) => new TextEncoder().encode(JSON.stringify(jaegerTrace(n)))),
  };
}

function sdkSpans(n) {
  const traceId = (n + 1).toString(16).padStart(32, '0');
  return Array.from({ length: 2 + (n % 9) }, (_, i) => {
    const startTime = [1_753_800_000 + n, 1_000_000 * i];
    return {
      name: i === 0 ? 'GET /notes' : 'pg.query:SELECT',
      kind: i === 0 ? 1 : 2,
      spanContext: () => ({
        traceId,
        spanId: (i + 1).toString(16).padStart(16, '0'),
        traceFlags: 1,
      }),
      parentSpanContext:
        i === 0
          ? undefined
          : { traceId, spanId: '1'.padStart(16, '0'), traceFlags: 1, isRemote: false },
      startTime,
      endTime: [startTime[0], startTime[1] + 900_000],
      duration: [0, 900_000],
      ended: true,
      status: { code: i % 3 },
      attributes: attributesOf(n, i),
      events: i % 4 === 1 ? [{ name: 'cache.miss', time: startTime, attributes: { a: 1 } }] : [],
      links: [],
      resource: resourceOf(n),
      instrumentationScope: { name: 'pg' },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  });
}

function resourceOf(n) {
  const name = `service-${n % 3}`;
  if (!resources.has(name)) {
    const attributes = { 'service.name': name };
    resources.set(name, { attributes, asyncAttributesPending: false });
  }
  return resources.get(name);
}

function attributesOf(n, i) {
  if (i === 0) return { 'http.request.method': 'GET', 'http.route': `/r${n}`, list: ['a', 'b'] };
  const statement = `SELECT * FROM notes WHERE id = $1 AND n = ${n % 4}`;
  return {
    'db.system.name': 'postgresql',
    'db.query.text': statement,
    'server.port': 5432,
    ratio: 0.5,
    yes: true,
    nested: { größe: [1, { b: '"\\' }] },
  };
}

function jaegerTrace(n) {
  const traceID = (n + 1).toString(16);
  const spans = Array.from({ length: 2 + (n % 9) }, (_, i) => ({
    traceID,
    spanID: (i + 1).toString(16),
    operationName: 'op',
    references: i === 0 ? [] : [{ refType: 'CHILD_OF', traceID, spanID: '1' }],
    startTime: 1_753_800_000_000_000 + i,
    duration: 900,
    tags: Object.entries(attributesOf(n, i)).map(([key, value]) => ({
      key,
      type: typeof value === 'number' ? 'float64' : 'string',
      value: typeof value === 'object' ? JSON.stringify(value) : value,
    })),
    logs: [
      { timestamp: 1_753_800_000_000_000, fields: [{ key: 'event', type: 'string', value: 'e' }] },
    ],
    processID: `p${i % 2}`,
  }));
  const processes = { p0: { serviceName: 'a', tags: [] }, p1: { serviceName: 'b' } };
  return { data: [{ traceID, spans, processes, warnings: null }], errors: null };
}
