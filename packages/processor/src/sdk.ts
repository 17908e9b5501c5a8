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
}

export interface SdkResource {
  readonly attributes: Attributes;
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
  readonly status: { code: number; message?: string };
  readonly resource: SdkResource;
  readonly instrumentationScope: { readonly name: string };
  spanContext(): SpanContext;
}

/** A span that can still be written to. */
export interface LiveSpan extends EndedSpan {
  setAttribute(key: string, value: string | number | boolean | string[]): unknown;
  addEvent(name: string, attributes?: Attributes): unknown;
}

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

export function millisecondsOf([seconds, nanoseconds]: HrTime): number {
  return seconds * 1000 + nanoseconds / 1_000_000;
}
