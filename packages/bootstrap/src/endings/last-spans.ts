import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { SpandrelProcessor, Surrendered } from '@spandrel/processor';
import type { Destination } from '../exporter/destination.ts';
import type { Fate } from '../exporter/http-transport.ts';
import type { Serializer } from '../exporter/otlp-exporter.ts';
import { sendAtOnce } from './send-at-once.ts';
import type { Parcel } from './send-at-once.ts';
import type { Spool } from './spool.ts';

/** Spans by OTLP without the exporter. */
export interface OtlpWay {
  readonly destination: Destination;
  /** Loads it, the first time. */
  readonly serializer: () => Serializer<ReadableSpan[]>;
  /** What has become of the newest request of the exporter, where that is known. */
  readonly fate?: () => Fate | undefined;
  /** Exporters that get the same spans, and are done with them at once. */
  readonly beside?: readonly SpanExporter[];
}

export interface LastSpansConfig {
  /** Undefined while there was no span. */
  readonly processor: () => SpandrelProcessor | undefined;
  readonly exporter: SpanExporter;
  /** Left out for exporters that are not ours. */
  readonly otlp?: OtlpWay;
  /** Keeps what could not be sent. */
  readonly spool?: Spool | undefined;
}

/** What became of the last spans. */
export interface Outcome {
  readonly kept: number;
  readonly lost: number;
}

const nothing: Outcome = { kept: 0, lost: 0 };

/**
 * Takes over what the processor still has, sends it in this very turn for at most `limitMs` (0: not
 * at all), keeps what nobody took, and counts it all. The processor does nothing after it; calling
 * it again does nothing.
 */
export function sendLastSpans(config: LastSpansConfig, limitMs: number): Outcome {
  const { otlp, exporter, spool } = config;
  const processor = config.processor();
  if (processor === undefined) return nothing;
  const left = processor.surrender();
  const total = left.waiting.length + left.flying.length;
  if (total === 0) return nothing;
  if (otlp === undefined) return ended(processor, total, exportAtOnce(exporter, left), 0);
  for (const beside of otlp.beside ?? []) exportAtOnce(beside, left);
  const fate = left.flying.length === 0 ? undefined : otlp.fate?.();
  const flown = fate?.is === 'accepted' ? left.flying.length : 0;
  const { maxBatchSpans } = processor.options;
  const parcels = parcelsOf(left, fate, otlp.serializer(), maxBatchSpans);
  const most = Math.ceil(total / maxBatchSpans) + 1;
  let made = 0;
  const counted = function* () {
    for (const parcel of parcels) {
      made += parcel.spans;
      yield parcel;
    }
  };
  const refused =
    limitMs > 0 ? sendAtOnce(counted(), most, otlp.destination, limitMs) : [...counted()];
  const sent = flown + made - spansIn(refused);
  return ended(processor, total, sent, spool?.keep(refused) ?? 0);
}

function ended({ counts }: SpandrelProcessor, total: number, sent: number, kept: number): Outcome {
  const lost = total - sent - kept;
  counts.exportedSpans += sent;
  counts.drop('shutdown', lost);
  return { kept, lost };
}

/** Spans as bodies of requests. What cannot be serialised is left out. */
function* parcelsOf(
  { waiting, flying }: Surrendered,
  fate: Fate | undefined,
  serializer: Serializer<ReadableSpan[]>,
  maxBatchSpans: number,
): Generator<Parcel> {
  if (flying.length > 0 && fate?.is !== 'accepted') {
    const fd = fate?.is === 'unanswered' ? fate.fd : undefined;
    yield* parcelOf(flying as never, serializer, fd);
  }
  for (let from = 0; from < waiting.length; from += maxBatchSpans) {
    yield* parcelOf(waiting.slice(from, from + maxBatchSpans) as never, serializer);
  }
}

function* parcelOf(
  spans: ReadableSpan[],
  serializer: Serializer<ReadableSpan[]>,
  fd?: number,
): Generator<Parcel> {
  try {
    const body = serializer.serializeRequest(spans);
    if (body !== undefined) yield { body, spans: spans.length, fd };
  } catch {
    // Counted as lost.
  }
}

/** Exporters that write to a console, a file or memory are done when they return. */
function exportAtOnce(exporter: SpanExporter, { waiting }: Surrendered): number {
  let sent = 0;
  try {
    exporter.export(waiting as never, ({ code }) => (sent = code === 0 ? waiting.length : 0));
  } catch {
    return 0;
  }
  return sent;
}

function spansIn(parcels: readonly Parcel[]): number {
  return parcels.reduce((sum, { spans }) => sum + spans, 0);
}
