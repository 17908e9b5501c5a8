/** Why a span, or a whole trace, did not take the usual way. */
export type DropReason =
  'queue_full' | 'export_failed' | 'export_timeout' | 'shutdown' | 'internal_error';
export type UnjudgedReason =
  'max_open_traces' | 'max_held_spans' | 'max_spans_per_trace' | 'abandoned';

/**
 * What the processor did, in plain numbers: adding to one costs nothing, and metrics read them when
 * they are collected. Dropped spans never left the process; unjudged ones left without a verdict.
 */
export class SelfCounts {
  exportedSpans = 0;
  exportedBatches = 0;
  readonly droppedSpans: Partial<Record<DropReason, number>> = {};
  readonly unjudgedSpans: Partial<Record<UnjudgedReason, number>> = {};
  readonly unjudgedTraces: Partial<Record<UnjudgedReason, number>> = {};
  lateSpans = 0;

  drop(reason: DropReason, spans: number): void {
    this.droppedSpans[reason] = (this.droppedSpans[reason] ?? 0) + spans;
  }

  passSpans(reason: UnjudgedReason, spans: number): void {
    this.unjudgedSpans[reason] = (this.unjudgedSpans[reason] ?? 0) + spans;
  }

  passTrace(reason: UnjudgedReason): void {
    this.unjudgedTraces[reason] = (this.unjudgedTraces[reason] ?? 0) + 1;
  }
}
