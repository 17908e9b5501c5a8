import type { Attributes, AttributeValue, Span, SpanEvent } from '../types.ts';
import { SpanKind, StatusCode } from '../types.ts';

/** The spans of one process (one OTLP resource) in one request. */
export interface ResourceSpans {
  /** `service.name`, or `unknown_service`. */
  readonly service: string;
  /** `service.instance.id`; null when the resource has none. */
  readonly instance: string | null;
  readonly resource: Attributes;
  readonly spans: Span[];
}

export interface MetricPoint {
  readonly attributes: Attributes;
  /** Of a sum or gauge. */
  readonly value?: number;
  /** Of a histogram: how many values it holds. */
  readonly count?: number;
  /** Of a histogram that can be summed. */
  readonly sum?: number;
}

/** One metric of one resource: sum, gauge, histogram or exponential histogram. */
export interface ResourceMetric {
  readonly service: string;
  readonly instance: string | null;
  readonly name: string;
  readonly unit: string;
  /** Null for gauges, which have none. */
  readonly temporality: 'delta' | 'cumulative' | null;
  readonly points: MetricPoint[];
}

/** What both encodings of a span hold, before it becomes ours. Times are nanoseconds since the epoch. */
export interface RawSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** OTLP's number: one higher than ours, 0 unspecified. */
  kind: number;
  startNanos: bigint;
  endNanos: bigint;
  flags: number;
  statusCode: number;
  readonly attributes: Attributes;
  readonly events: SpanEvent[];
}

const contextHasIsRemote = 0x100;
const contextIsRemote = 0x200;
const noParent = '0'.repeat(16);

export function spanOf(raw: RawSpan, scope: string): Span {
  const parentSpanId =
    raw.parentSpanId === '' || raw.parentSpanId === noParent ? undefined : raw.parentSpanId;
  const kind = enumerated(raw.kind - 1, SpanKind.consumer);
  return {
    traceId: raw.traceId,
    spanId: raw.spanId,
    parentSpanId,
    isLocalRoot: parentSpanId === undefined || parentIsRemote(raw.flags, kind),
    name: raw.name,
    kind,
    startMs: millisecondsOf(raw.startNanos),
    durationMs: raw.endNanos > raw.startNanos ? millisecondsOf(raw.endNanos - raw.startNanos) : 0,
    attributes: raw.attributes,
    events: raw.events,
    statusCode: enumerated(raw.statusCode, StatusCode.error),
    scope,
  };
}

/** Numbers of a later OTLP, or none at all, become 0: internal, unset. */
function enumerated(number: number, highest: number): number {
  return Number.isInteger(number) && number >= 0 && number <= highest ? number : 0;
}

/** Senders older than the flag do not say; then a span that answers somebody has a remote parent. */
function parentIsRemote(flags: number, kind: number): boolean {
  if ((flags & contextHasIsRemote) !== 0) return (flags & contextIsRemote) !== 0;
  return kind === SpanKind.server || kind === SpanKind.consumer;
}

/** Seconds and their rest apart, as the SDK's own times are, so that both doors give the same double. */
export function millisecondsOf(nanos: bigint): number {
  return Number(nanos / 1_000_000_000n) * 1e3 + Number(nanos % 1_000_000_000n) / 1e6;
}

export function serviceOf(resource: Attributes): { service: string; instance: string | null } {
  const name = resource['service.name'];
  const instance = resource['service.instance.id'];
  return {
    service: typeof name === 'string' && name !== '' ? name : 'unknown_service',
    instance: typeof instance === 'string' && instance !== '' ? instance : null,
  };
}

export function temporalityOf(otlpNumber: number): 'delta' | 'cumulative' | null {
  if (otlpNumber === 1) return 'delta';
  return otlpNumber === 2 ? 'cumulative' : null;
}

/** Plain assignment, but `__proto__` becomes a property like any other. */
export function setAttribute(
  attributes: Record<string, AttributeValue>,
  key: string,
  value: AttributeValue,
): void {
  if (key !== '__proto__') attributes[key] = value;
  else
    Object.defineProperty(attributes, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
}
