import type { Span, SpanEvent } from '../types.ts';
import { OtlpDecodeError } from './errors.ts';
import { attributesOf, hexOf, listOf, numberOf, objectOf, textOf, timeOf } from './json-values.ts';
import type { RawSpan, ResourceSpans } from './model.ts';
import { millisecondsOf, serviceOf, spanOf } from './model.ts';

/**
 * Decodes the parsed JSON of `POST /v1/traces` to what `decodeTraces` gives for the same
 * request in protobuf. Throws `OtlpDecodeError`, never `too-deep` for anything but attributes.
 */
export function decodeTracesJson(value: unknown): ResourceSpans[] {
  return listOf(objectOf(value, 'the request')['resourceSpans'], 'resourceSpans')
    .map(resourceSpansOf)
    .filter(({ spans }) => spans.length > 0);
}

function resourceSpansOf(value: unknown): ResourceSpans {
  const { resource, scopeSpans } = objectOf(value, 'resourceSpans');
  const attributes = attributesOf(objectOf(resource, 'resource')['attributes']);
  const spans: Span[] = [];
  for (const item of listOf(scopeSpans, 'scopeSpans')) {
    const ofScope = objectOf(item, 'scopeSpans');
    const scope = scopeNameOf(ofScope['scope']);
    for (const span of listOf(ofScope['spans'], 'spans'))
      spans.push(spanOf(rawSpanOf(span), scope));
  }
  return { ...serviceOf(attributes), resource: attributes, spans };
}

function rawSpanOf(value: unknown): RawSpan {
  const span = objectOf(value, 'a span');
  const raw: RawSpan = {
    traceId: hexOf(span['traceId'], 16, 'traceId'),
    spanId: hexOf(span['spanId'], 8, 'spanId'),
    parentSpanId: hexOf(span['parentSpanId'], 8, 'parentSpanId'),
    name: textOf(span['name'], 'a span name'),
    kind: numberOf(span['kind'], 'kind'),
    start: timeOf(span['startTimeUnixNano'], 'startTimeUnixNano'),
    end: timeOf(span['endTimeUnixNano'], 'endTimeUnixNano'),
    flags: numberOf(span['flags'], 'flags'),
    statusCode: statusCodeOf(span['status']),
    attributes: attributesOf(span['attributes']),
    events: eventsOf(span['events']),
  };
  if (raw.traceId !== '' && raw.spanId !== '') return raw;
  throw new OtlpDecodeError('malformed', 'a span without a trace id or span id');
}

export function scopeNameOf(scope: unknown): string {
  return textOf(objectOf(scope, 'scope')['name'], 'scope name');
}

export function statusCodeOf(status: unknown): number {
  return numberOf(objectOf(status, 'status')['code'], 'status code');
}

/** Most spans have none: they share one list. */
export function eventsOf(value: unknown): SpanEvent[] {
  const events = listOf(value, 'events');
  return events.length === 0 ? noEvents : events.map(eventOf);
}

export const noEvents = Object.freeze([]) as readonly SpanEvent[] as SpanEvent[];

function eventOf(value: unknown): SpanEvent {
  const event = objectOf(value, 'an event');
  return {
    name: textOf(event['name'], 'an event name'),
    timeMs: millisecondsOf(timeOf(event['timeUnixNano'], 'timeUnixNano')),
    attributes: attributesOf(event['attributes']),
  };
}
