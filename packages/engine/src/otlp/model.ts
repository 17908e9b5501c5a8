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

/** What both encodings of a span hold, before it becomes ours. */
export interface RawSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** OTLP's number: one higher than ours, 0 unspecified. */
  kind: number;
  start: EpochTime;
  end: EpochTime;
  flags: number;
  statusCode: number;
  readonly attributes: Attributes;
  readonly events: SpanEvent[];
}

/** Since the epoch. Apart, because a double cannot hold nanoseconds of this century. */
export interface EpochTime {
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
}

export const epochStart: EpochTime = Object.freeze({ seconds: 0, nanos: 0 });

const contextHasIsRemote = 0x100;
const contextIsRemote = 0x200;
const noParent = '0'.repeat(16);

export function spanOf(raw: RawSpan, scope: string): Span {
  const parentSpanId =
    raw.parentSpanId === '' || raw.parentSpanId === noParent ? undefined : raw.parentSpanId;
  const kind = enumerated(raw.kind - 1, SpanKind.consumer);
  const saysWhere = (raw.flags & contextHasIsRemote) !== 0;
  return {
    traceId: raw.traceId,
    spanId: raw.spanId,
    parentSpanId,
    isLocalRoot:
      parentSpanId === undefined ||
      (saysWhere ? (raw.flags & contextIsRemote) !== 0 : answersSomebody(kind)),
    isRootGuessed: parentSpanId === undefined || saysWhere ? undefined : true,
    name: raw.name,
    kind,
    startMs: millisecondsOf(raw.start),
    durationMs: millisecondsBetween(raw.start, raw.end),
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

/** Senders older than the flag do not say where the parent is: mostly somewhere else, for these. */
function answersSomebody(kind: number): boolean {
  return kind === SpanKind.server || kind === SpanKind.consumer;
}

/** Seconds and their rest apart, as the SDK's own times are, so that both doors give the same double. */
export function millisecondsOf({ seconds, nanos }: EpochTime): number {
  return seconds * 1e3 + nanos / 1e6;
}

/** 0 when the end lies before the start. */
function millisecondsBetween(start: EpochTime, end: EpochTime): number {
  const seconds = end.seconds - start.seconds;
  const nanos = end.nanos - start.nanos;
  const ms = nanos < 0 ? (seconds - 1) * 1e3 + (nanos + 1e9) / 1e6 : seconds * 1e3 + nanos / 1e6;
  return ms > 0 ? ms : 0;
}

const nanosPerSecond = 1_000_000_000n;

/** Negative ones, which no sender should give, count as the epoch's start. */
export function epochTimeOf(nanos: bigint): EpochTime {
  if (nanos <= 0n) return epochStart;
  return {
    seconds: Number(nanos / nanosPerSecond),
    nanos: Number(nanos % nanosPerSecond),
  };
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
