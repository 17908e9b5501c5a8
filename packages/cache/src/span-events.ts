import { trace } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import {
  ATTR_CACHE_NAME,
  ATTR_HIT_COUNT,
  ATTR_KEY_PATTERN,
  ATTR_MISS_COUNT,
  ATTR_OPERATION_NAME,
  EVENT_HIT,
  EVENT_MISS,
} from './names.ts';

export type ReadOperation = 'get' | 'get_or_compute';

interface SpanTotals {
  hits: number;
  misses: number;
}

/** Shared by all caches: the limit is the span's, whichever caches it reads. */
const totalsBySpan = new WeakMap<Span, SpanTotals>();

/** The span to record on; undefined when none is active or it is not recording. */
export function recordingSpan(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() === true ? span : undefined;
}

/**
 * Writes one read's result on the span.
 *
 * The first `maxEvents` reads of a span, of all caches together, become events. From then on the
 * span carries its totals as two attributes instead, those first events included. Does nothing
 * without a span, and on one that has ended.
 */
export function recordRead(
  span: Span | undefined,
  isHit: boolean,
  cacheName: string,
  read: { readonly operation: ReadOperation; readonly keyPattern: string | undefined },
  maxEvents: number,
): void {
  if (span === undefined || !span.isRecording()) return;
  const totals = totalsOf(span);
  if (isHit) totals.hits += 1;
  else totals.misses += 1;
  if (totals.hits + totals.misses > maxEvents) {
    span.setAttribute(ATTR_HIT_COUNT, totals.hits);
    span.setAttribute(ATTR_MISS_COUNT, totals.misses);
    return;
  }
  const attributes: Attributes = {
    [ATTR_CACHE_NAME]: cacheName,
    [ATTR_OPERATION_NAME]: read.operation,
  };
  if (read.keyPattern !== undefined) attributes[ATTR_KEY_PATTERN] = read.keyPattern;
  span.addEvent(isHit ? EVENT_HIT : EVENT_MISS, attributes);
}

function totalsOf(span: Span): SpanTotals {
  let totals = totalsBySpan.get(span);
  if (totals === undefined) totalsBySpan.set(span, (totals = { hits: 0, misses: 0 }));
  return totals;
}
