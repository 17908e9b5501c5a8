import { StatusCode } from '@spandrel/engine';
import type { Attributes, Span, SpanEvent } from '@spandrel/engine';
import { millisecondsOf } from './sdk.ts';
import type { EndedSpan } from './sdk.ts';

const noEvents: readonly SpanEvent[] = [];

/** An SDK span as the engine sees it: a view made when its trace is judged, gone right after. */
export class SpanView implements Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly isLocalRoot: boolean;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly statusCode: number;
  readonly scope: string;

  /** `name` instead of the span's own, when that holds data. */
  constructor(span: EndedSpan, name = span.name) {
    const { traceId, spanId } = span.spanContext();
    const parent = span.parentSpanContext;
    this.traceId = traceId;
    this.spanId = spanId;
    this.parentSpanId = parent?.spanId;
    this.isLocalRoot = isLocalRoot(span);
    this.name = name;
    this.kind = span.kind;
    this.startMs = millisecondsOf(span.startTime);
    this.durationMs = millisecondsOf(span.duration);
    this.attributes = span.attributes;
    this.events = span.events.length === 0 ? noEvents : span.events.map(viewOfEvent);
    this.statusCode = span.status.code ?? StatusCode.unset;
    this.scope = span.instrumentationScope.name;
  }
}

/** First span of its trace in this process: no parent, or one in another process. */
export function isLocalRoot(span: EndedSpan): boolean {
  const parent = span.parentSpanContext;
  return parent === undefined || parent.isRemote === true;
}

function viewOfEvent({ name, time, attributes }: EndedSpan['events'][number]): SpanEvent {
  return { name, timeMs: millisecondsOf(time), attributes: attributes ?? {} };
}
