import type { ResourceSpans } from '../otlp/model.ts';
import { serviceOf, setAttribute } from '../otlp/model.ts';
import { SpanKind, StatusCode } from '../types.ts';
import type { Attributes, AttributeValue, Span, SpanEvent } from '../types.ts';
import { idOf, listOf, microsecondsOf, objectOf, tagsOf, textOf } from './values.ts';
import type { JsonObject } from './values.ts';

/**
 * Decodes what Jaeger's query API answers, parsed: `{ data: [trace, …] }`, one trace
 * (`{ traceID, spans, processes }`) or a list of traces. Gives one entry per process, as the OTLP
 * decoders do. Traces without spans are left out.
 *
 * Jaeger's times are whole microseconds. It does not say where a parent is, so that every span with
 * a parent is a guess (`isRootGuessed`), which the analyzer settles with the whole trace at hand.
 * Tags that Jaeger made of other fields of OTLP (`span.kind`, `otel.status_code`, `error`,
 * `otel.scope.name`) become those fields again.
 *
 * Throws `JaegerDecodeError`: nothing of such a document is returned.
 * Format: https://www.jaegertracing.io/docs/latest/apis/, model/json of its source.
 */
export function decodeJaegerJson(value: unknown): ResourceSpans[] {
  return tracesOf(value).flatMap((trace) => decodeTrace(objectOf(trace, 'a trace')));
}

function tracesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const document = objectOf(value, 'the document');
  if (document['data'] !== undefined) return listOf(document['data'], 'data');
  return document['spans'] === undefined ? [] : [document];
}

function decodeTrace(trace: JsonObject): ResourceSpans[] {
  const processes = objectOf(trace['processes'], 'processes');
  const byProcess = new Map<unknown, ResourceSpans>();
  for (const item of listOf(trace['spans'], 'spans')) {
    const span = objectOf(item, 'a span');
    const own = span['process'];
    const key = isGiven(own) ? own : textOf(span['processID'], 'processID');
    let spans = byProcess.get(key)?.spans;
    if (spans === undefined) {
      const given = isGiven(own)
        ? own
        : Object.hasOwn(processes, key as string) && processes[key as string];
      const decoded = processOf(given === false ? {} : given);
      byProcess.set(key, decoded);
      spans = decoded.spans;
    }
    spans.push(spanOf(span));
  }
  return [...byProcess.values()];
}

function processOf(value: unknown): ResourceSpans {
  const { serviceName, tags } = objectOf(value, 'a process');
  const resource = tagsOf(tags, 'tags of a process');
  const { service, instance } = serviceOf({ ...resource, 'service.name': serviceName });
  return { service, instance, resource, spans: [] };
}

function spanOf(span: JsonObject): Span {
  const traceId = idOf(span['traceID'], 16, 'traceID');
  const parentSpanId = parentOf(span, traceId);
  const { attributes, fields } = partedTags(tagsOf(span['tags'], 'tags'));
  const kind = kindOf(fields['span.kind']);
  return {
    traceId,
    spanId: idOf(span['spanID'], 8, 'spanID'),
    parentSpanId,
    isLocalRoot:
      parentSpanId === undefined || kind === SpanKind.server || kind === SpanKind.consumer,
    isRootGuessed: parentSpanId === undefined ? undefined : true,
    name: textOf(span['operationName'], 'operationName'),
    kind,
    startMs: millisecondsOf(microsecondsOf(span['startTime'], 'startTime')),
    durationMs: Math.max(0, microsecondsOf(span['duration'], 'duration')) / 1e3,
    attributes,
    events: listOf(span['logs'], 'logs').map(eventOf),
    statusCode: statusOf(fields),
    scope: scopeOf(fields),
  };
}

/** The first parent within the trace; a span that only follows another has it for a parent, too. */
function parentOf(span: JsonObject, traceId: string): string | undefined {
  let followed: string | undefined;
  for (const item of listOf(span['references'], 'references')) {
    const { refType, traceID, spanID } = objectOf(item, 'a reference');
    if (isGiven(traceID) && idOf(traceID, 16, 'traceID') !== traceId) continue;
    if (refType === 'CHILD_OF') return idOf(spanID, 8, 'spanID');
    followed ??= idOf(spanID, 8, 'spanID');
  }
  const older = span['parentSpanID'];
  if (followed !== undefined || !isGiven(older) || older === '' || older === '0') return followed;
  return idOf(older, 8, 'parentSpanID');
}

function eventOf(value: unknown): SpanEvent {
  const { timestamp, fields } = objectOf(value, 'a log');
  const attributes = tagsOf(fields, 'fields');
  const { event, ...others } = attributes;
  const timeMs = millisecondsOf(microsecondsOf(timestamp, 'timestamp'));
  if (typeof event !== 'string') return { name: '', timeMs, attributes };
  return { name: event, timeMs, attributes: others };
}

/** Seconds and their rest apart, as for OTLP, so that both doors give the same double. */
function millisecondsOf(microseconds: number): number {
  const seconds = Math.floor(microseconds / 1e6);
  return seconds * 1e3 + (microseconds - seconds * 1e6) / 1e3;
}

function kindOf(tag: unknown): number {
  const name = typeof tag === 'string' ? tag.toLowerCase() : '';
  return Object.hasOwn(SpanKind, name)
    ? SpanKind[name as keyof typeof SpanKind]
    : SpanKind.internal;
}

function statusOf({ error, 'otel.status_code': code }: Attributes): number {
  if (code === 'ERROR' || error === true || error === 'true') return StatusCode.error;
  return code === 'OK' ? StatusCode.ok : StatusCode.unset;
}

/** `otel.library.name` is what Jaeger wrote before its scopes had that name. */
function scopeOf(tags: Attributes): string {
  const name = tags['otel.scope.name'] ?? tags['otel.library.name'];
  return typeof name === 'string' ? name : '';
}

const fieldNames: ReadonlySet<string> = new Set([
  'span.kind',
  'otel.status_code',
  'error',
  'otel.scope.name',
  'otel.library.name',
]);

/** Attributes, and what Jaeger made tags of. */
function partedTags(tags: Attributes): { attributes: Attributes; fields: Attributes } {
  const attributes: Record<string, AttributeValue> = {};
  const fields: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(tags)) {
    setAttribute(fieldNames.has(name) ? fields : attributes, name, value);
  }
  return { attributes, fields };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
