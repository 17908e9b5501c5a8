// Counts the spans of this process beside the processor, by its SDK's own methods, so that what the
// processor says became of them can be held against it.
import { trace } from '@opentelemetry/api';

/** Zero for ever where no SDK is registered. */
export function countSpans() {
  const counts = { started: 0, ended: 0 };
  const provider = trace.getTracerProvider().getDelegate?.();
  // Makes the SDK, which may wait for its first span, and shows which classes it has.
  const first = provider?.getTracer('soak').startSpan('first');
  if (first?.isRecording() !== true) return counts;
  first.end();
  counts.started = counts.ended = 1;
  watchStarts(Object.getPrototypeOf(provider.getTracer('soak')), counts);
  watchEnds(Object.getPrototypeOf(first), counts);
  return counts;
}

function watchStarts(tracers, counts) {
  const { startSpan } = tracers;
  tracers.startSpan = function (...given) {
    const span = startSpan.apply(this, given);
    if (span.isRecording()) counts.started++;
    return span;
  };
}

function watchEnds(spans, counts) {
  const { end } = spans;
  spans.end = function (...given) {
    const wasRunning = this.isRecording();
    end.apply(this, given);
    if (wasRunning && !this.isRecording()) counts.ended++;
  };
}
