import type { Attributes, Context, SpanContext } from '@opentelemetry/api';

/**
 * What we use of the OpenTelemetry SDK, as shapes of our own: the 2.x and the 3.x line both fit
 * them, so this package depends on neither.
 */
export type HrTime = [number, number];

export interface SdkEvent {
  name: string;
  readonly time: HrTime;
  attributes?: Attributes;
  droppedAttributesCount?: number;
}

export interface SdkLink {
  readonly attributes?: Attributes;
}

export interface SdkResource {
  readonly attributes: Attributes;
  getRawAttributes?(): readonly (readonly [string, unknown])[];
  readonly asyncAttributesPending?: boolean;
  waitForAsyncAttributes?(): Promise<void>;
}

export interface EndedSpan {
  name: string;
  readonly kind: number;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  readonly duration: HrTime;
  readonly attributes: Attributes;
  readonly events: SdkEvent[];
  readonly links?: readonly SdkLink[];
  readonly status: { code: number; message?: string };
  readonly resource: SdkResource;
  readonly instrumentationScope: { readonly name: string };
  spanContext(): SpanContext;
}

/** Where attributes and events are written. */
export interface Writer {
  setAttribute(key: string, value: string | number | boolean | string[]): unknown;
  addEvent(name: string, attributes?: Attributes): unknown;
}

/** A span that can still be written to. */
export interface LiveSpan extends EndedSpan, Writer {}

export interface ExportResult {
  readonly code: number;
  readonly error?: Error;
}

export interface Exporter<Span = EndedSpan> {
  export(spans: Span[], done: (result: ExportResult) => void): void;
  shutdown(): Promise<void>;
  forceFlush?(): Promise<void>;
}

export interface Processor {
  onStart(span: LiveSpan, context: Context): void;
  onEnding(span: LiveSpan): void;
  onEnd(span: EndedSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Writes on a span that has ended, whose own methods refuse by now. Events get the time of its end. */
export function writerOfEnded({ attributes, events, startTime, duration }: EndedSpan): Writer {
  return {
    setAttribute: (key, value) => ((attributes as Record<string, unknown>)[key] = value),
    addEvent: (name, more) =>
      events.push({
        name,
        time: later(startTime, duration),
        attributes: more ?? {},
        droppedAttributesCount: 0,
      }),
  };
}

function later([seconds, nanoseconds]: HrTime, [moreSeconds, moreNanoseconds]: HrTime): HrTime {
  const sum = nanoseconds + moreNanoseconds;
  const carried = sum >= 1e9 ? 1 : 0;
  return [seconds + moreSeconds + carried, sum - carried * 1e9];
}

/**
 * A resource's `service.name`; undefined while a detector still looks for it. Read raw, because
 * the `attributes` of a resource log an error for every access before all detectors are done.
 */
export function serviceNameOf(resource: SdkResource): string | undefined {
  const raw = resource.getRawAttributes?.();
  const name =
    raw === undefined
      ? resource.attributes['service.name']
      : raw.find(([key]) => key === 'service.name')?.[1];
  return typeof name === 'string' ? name : undefined;
}

export function millisecondsOf([seconds, nanoseconds]: HrTime): number {
  return seconds * 1000 + nanoseconds / 1_000_000;
}
