/** Why a span never left the process. */
export type DropReason =
  'queue_full' | 'export_failed' | 'export_timeout' | 'shutdown' | 'internal_error';
/**
 * Why a span or a whole trace took the way out without a verdict. `no_open_trace`: its local root
 * was never seen to start, or ended too long ago to be remembered. `shed`: judging it would have cost
 * more than `maxOverheadPercent` allows.
 */
export type UnjudgedReason =
  | 'max_open_traces'
  | 'max_held_spans'
  | 'max_spans_per_trace'
  | 'abandoned'
  | 'no_open_trace'
  | 'shed'
  | 'internal_error';

/**
 * What the processor did, in plain numbers: adding to one costs nothing, and metrics read them when
 * they are collected. Dropped spans never left the process; unjudged ones left without a verdict.
 * Every sampled span that ended is exported, dropped for one reason, or still waiting.
 */
export class SelfCounts {
  /** Requests: local roots of that kind that were started and recorded. */
  serverSpans = 0;
  exportedSpans = 0;
  exportedBatches = 0;
  judgedTraces = 0;
  /** Late ones are among them. */
  judgedSpans = 0;
  /** Batches that were not taken. */
  readonly failedExports: Partial<Record<DropReason, number>> = {};
  readonly droppedSpans: Partial<Record<DropReason, number>> = {};
  readonly unjudgedSpans: Partial<Record<UnjudgedReason, number>> = {};
  readonly unjudgedTraces: Partial<Record<UnjudgedReason, number>> = {};
  /** Children that ended after their local root and were judged on their own. */
  lateSpans = 0;
  /** Calls such as `setUser` that met no open request, or no value that could be written. */
  contextIgnored = 0;
  /** What did not fit elsewhere and costs no verdict and no span, by the cap that it met. */
  readonly overflow: Record<string, number> = {};

  drop(reason: DropReason, spans: number): void {
    if (spans > 0) this.droppedSpans[reason] = (this.droppedSpans[reason] ?? 0) + spans;
  }

  failExport(reason: DropReason, spans: number): void {
    this.failedExports[reason] = (this.failedExports[reason] ?? 0) + 1;
    this.drop(reason, spans);
  }

  passSpans(reason: UnjudgedReason, spans: number): void {
    if (spans > 0) this.unjudgedSpans[reason] = (this.unjudgedSpans[reason] ?? 0) + spans;
  }

  overflows(cap: string): void {
    this.overflow[cap] = (this.overflow[cap] ?? 0) + 1;
  }

  passTrace(reason: UnjudgedReason): void {
    this.unjudgedTraces[reason] = (this.unjudgedTraces[reason] ?? 0) + 1;
  }
}

/** Of all reasons together. */
export function total(counts: Partial<Record<string, number>>): number {
  return Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}
