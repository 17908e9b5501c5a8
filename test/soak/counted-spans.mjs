// Counts the spans of this process beside the processor, by its SDK's own methods, so that what the
// processor says became of them can be held against it.
import { trace } from '@opentelemetry/api';

/** Zero for ever where no SDK is registered. */
export function countSpans() {
  const counts = { started: 0, ended: 0 };
  const provider = trace.getTracerProvider().getDelegate?.();
  const tracer = provider?.getTracer('soak');
  if (tracer === undefined || tracer.startSpan === undefined) return counts;
  const tracers = Object.getPrototypeOf(tracer);
  const { startSpan } = tracers;
  let isWatched = false;
  tracers.startSpan = function (...given) {
    const span = startSpan.apply(this, given);
    if (!isWatched && span.isRecording()) {
      isWatched = true;
      watchEnds(Object.getPrototypeOf(span), counts);
    }
    if (span.isRecording()) counts.started++;
    return span;
  };
  return counts;
}

function watchEnds(spans, counts) {
  const { end } = spans;
  spans.end = function (...given) {
    const wasRunning = this.isRecording();
    end.apply(this, given);
    if (wasRunning && !this.isRecording()) counts.ended++;
  };
}
