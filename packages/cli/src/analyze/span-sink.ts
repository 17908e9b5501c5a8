import type { ResourceSpans } from '@spandrel/engine/otlp';

/** Where decoded spans go, and how many there were. */
export interface SpanSink {
  /** Requests and documents read so far, whole or in part. */
  batches: number;
  take(resources: readonly ResourceSpans[]): void;
}
