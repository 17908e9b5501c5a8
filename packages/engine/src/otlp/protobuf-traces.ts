import type { Span, SpanEvent } from '../types.ts';
import { OtlpDecodeError } from './errors.ts';
import type { RawSpan, ResourceSpans } from './model.ts';
import { epochStart, epochTimeOf, millisecondsOf, serviceOf, spanOf } from './model.ts';
import type { MutableAttributes } from './protobuf-attributes.ts';
import { readKeyValue, readResource, readScopeName } from './protobuf-attributes.ts';
import { WireReader } from './wire.ts';

/** Field numbers: opentelemetry/proto/trace/v1/trace.proto. */

/**
 * Decodes the body of `POST /v1/traces` (an `ExportTraceServiceRequest`), uncompressed.
 * Resources without spans are left out; an empty body gives an empty list. Unknown fields are
 * passed over, links and dropped counts are not read. Cost: linear in the body.
 *
 * Throws {@link OtlpDecodeError}, for a span without valid ids too: nothing of such a request
 * is returned.
 */
export function decodeTraces(body: Uint8Array): ResourceSpans[] {
  const decoded: ResourceSpans[] = [];
  const reader = new WireReader(body);
  while (reader.next()) {
    if (reader.field !== 1) reader.skip();
    else {
      const ofResource = readResourceSpans(reader.message());
      if (ofResource.spans.length > 0) decoded.push(ofResource);
    }
  }
  return decoded;
}

function readResourceSpans(reader: WireReader): ResourceSpans {
  const resource: MutableAttributes = {};
  const spans: Span[] = [];
  while (reader.next()) {
    if (reader.field === 1) readResource(reader.message(), resource);
    else if (reader.field === 2) readScopeSpans(reader.message(), spans);
    else reader.skip();
  }
  return { ...serviceOf(resource), resource, spans };
}

function readScopeSpans(reader: WireReader, into: Span[]): void {
  let scope = '';
  const raw: RawSpan[] = [];
  while (reader.next()) {
    if (reader.field === 1) scope = readScopeName(reader.message());
    else if (reader.field === 2) raw.push(readSpan(reader.message()));
    else reader.skip();
  }
  for (const span of raw) into.push(spanOf(span, scope));
}

function readSpan(reader: WireReader): RawSpan {
  const attributes: MutableAttributes = {};
  const events: SpanEvent[] = [];
  const span: RawSpan = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 0,
    start: epochStart,
    end: epochStart,
    flags: 0,
    statusCode: 0,
    attributes,
    events,
  };
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        span.traceId = reader.hex(16);
        break;
      case 2:
        span.spanId = reader.hex(8);
        break;
      case 4:
        span.parentSpanId = reader.hex(8);
        break;
      case 5:
        span.name = reader.string();
        break;
      case 6:
        span.kind = reader.uint32();
        break;
      case 7:
        span.start = epochTimeOf(reader.fixed64());
        break;
      case 8:
        span.end = epochTimeOf(reader.fixed64());
        break;
      case 9:
        readKeyValue(reader.message(), attributes);
        break;
      case 11:
        events.push(readEvent(reader.message()));
        break;
      case 15:
        span.statusCode = readStatusCode(reader.message());
        break;
      case 16:
        span.flags = reader.fixed32();
        break;
      default:
        reader.skip();
    }
  }
  if (span.traceId === '' || span.spanId === '') {
    throw new OtlpDecodeError('malformed', 'a span without a trace id or span id');
  }
  return span;
}

function readEvent(reader: WireReader): SpanEvent {
  const attributes: MutableAttributes = {};
  let name = '';
  let time = epochStart;
  while (reader.next()) {
    if (reader.field === 1) time = epochTimeOf(reader.fixed64());
    else if (reader.field === 2) name = reader.string();
    else if (reader.field === 3) readKeyValue(reader.message(), attributes);
    else reader.skip();
  }
  return { name, timeMs: millisecondsOf(time), attributes };
}

function readStatusCode(reader: WireReader): number {
  let code = 0;
  while (reader.next()) {
    if (reader.field === 3) code = reader.uint32();
    else reader.skip();
  }
  return code;
}
