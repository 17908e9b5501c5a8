/** Why a span never left the process. */
export type DropReason =
  'queue_full' | 'export_failed' | 'export_timeout' | 'shutdown' | 'internal_error';
/**
 * Why a span or a whole trace took the way out without a verdict. `no_open_trace`: its local root
 * was never seen to start, or ended too long ago to be remembered.
 */
export type UnjudgedReason =
  | 'max_open_traces'
  | 'max_held_spans'
  | 'max_spans_per_trace'
  | 'abandoned'
  | 'no_open_trace'
  | 'internal_error';

/**
 * What the processor did, in plain numbers: adding to one costs nothing, and metrics read them when
 * they are collected. Dropped spans never left the process; unjudged ones left without a verdict.
 * Every sampled span that ended is exported, dropped for one reason, or still waiting.
 */
export class SelfCounts {
  exportedSpans = 0;
  exportedBatches = 0;
  readonly droppedSpans: Partial<Record<DropReason, number>> = {};
  readonly unjudgedSpans: Partial<Record<UnjudgedReason, number>> = {};
  readonly unjudgedTraces: Partial<Record<UnjudgedReason, number>> = {};
  /** Children that ended after their local root and were judged on their own. */
  lateSpans = 0;

  drop(reason: DropReason, spans: number): void {
    if (spans > 0) this.droppedSpans[reason] = (this.droppedSpans[reason] ?? 0) + spans;
  }

  passSpans(reason: UnjudgedReason, spans: number): void {
    if (spans > 0) this.unjudgedSpans[reason] = (this.unjudgedSpans[reason] ?? 0) + spans;
  }

  passTrace(reason: UnjudgedReason): void {
    this.unjudgedTraces[reason] = (this.unjudgedTraces[reason] ?? 0) + 1;
  }
}
