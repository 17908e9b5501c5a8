/**
 * OTLP JSON as Jaeger's query API gives it back, for tests without a Jaeger; `test:backends` asks
 * the real one. Kind, status and scope become tags; arrays become JSON texts; times whole
 * microseconds; one trace after another.
 */

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: KeyValue[];
  events?: { timeUnixNano: string; name: string; attributes?: KeyValue[] }[];
  status?: { code?: number };
}

export interface OtlpRequest {
  resourceSpans: {
    resource?: { attributes?: KeyValue[] };
    scopeSpans: { scope?: { name?: string }; spans: OtlpSpan[] }[];
  }[];
}

interface Tag {
  key: string;
  type: string;
  value: unknown;
}

interface JaegerTrace {
  traceID: string;
  spans: object[];
  processes: Record<string, { serviceName: string; tags: Tag[] }>;
  warnings: null;
}

const kinds = ['', 'internal', 'server', 'client', 'producer', 'consumer'];

export function jaegerJson(requests: readonly OtlpRequest[]): { data: JaegerTrace[] } {
  const traces = new Map<string, JaegerTrace>();
  for (const { resource, scopeSpans } of requests.flatMap(({ resourceSpans }) => resourceSpans)) {
    const tags = (resource?.attributes ?? []).map(tagOf);
    const service = tags.find(({ key }) => key === 'service.name')?.value;
    for (const { scope, spans } of scopeSpans) {
      for (const span of spans) {
        const trace = traces.get(span.traceId) ?? {
          traceID: span.traceId,
          spans: [],
          processes: {},
          warnings: null,
        };
        traces.set(span.traceId, trace);
        const processID = `p-${String(service)}`;
        trace.processes[processID] ??= { serviceName: String(service), tags };
        trace.spans.push(jaegerSpan(span, scope?.name ?? '', processID));
      }
    }
  }
  return { data: [...traces.values()] };
}

function jaegerSpan(span: OtlpSpan, scope: string, processID: string): object {
  const { traceId, spanId, parentSpanId, name, kind, status } = span;
  const startTime = microseconds(span.startTimeUnixNano);
  const tags = (span.attributes ?? []).map(tagOf);
  if (kinds[kind]) tags.push({ key: 'span.kind', type: 'string', value: kinds[kind] });
  if (scope !== '') tags.push({ key: 'otel.scope.name', type: 'string', value: scope });
  if (status?.code === 2) {
    tags.push({ key: 'otel.status_code', type: 'string', value: 'ERROR' });
    tags.push({ key: 'error', type: 'bool', value: true });
  }
  return {
    traceID: traceId,
    spanID: spanId,
    operationName: name,
    references: parentSpanId
      ? [{ refType: 'CHILD_OF', traceID: traceId, spanID: parentSpanId }]
      : [],
    startTime,
    duration: microseconds(span.endTimeUnixNano) - startTime,
    tags,
    logs: (span.events ?? []).map((event) => ({
      timestamp: microseconds(event.timeUnixNano),
      fields: [
        { key: 'event', type: 'string', value: event.name },
        ...(event.attributes ?? []).map(tagOf),
      ],
    })),
    processID,
    warnings: null,
  };
}

function tagOf({ key, value }: KeyValue): Tag {
  const [[type = '', given] = []] = Object.entries(value);
  switch (type) {
    case 'intValue':
      return { key, type: 'int64', value: Number(given) };
    case 'doubleValue':
      return { key, type: 'float64', value: given };
    case 'boolValue':
      return { key, type: 'bool', value: given };
    case 'arrayValue':
      return { key, type: 'string', value: JSON.stringify(elementsOf(given)) };
    default:
      return { key, type: 'string', value: String(given) };
  }
}

function elementsOf(given: unknown): unknown[] {
  const { values = [] } = given as { values?: Record<string, unknown>[] };
  return values.map((value) => {
    const [[type = '', element] = []] = Object.entries(value);
    return type === 'intValue' ? Number(element) : element;
  });
}

function microseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1000n);
}
