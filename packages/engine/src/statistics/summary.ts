import type { Reading } from './series.ts';

/** Calls of one kind in a range of time. Durations are null where none is known. */
export interface Summary {
  readonly count: number;
  readonly errors: number;
  readonly minMs: number | null;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** Throughput over the part of the range in which anybody looked; null in its first moment. */
  readonly perSecond: number | null;
  /** The range of the same length before, to the slot; null when it held no call. */
  readonly before: {
    readonly count: number;
    readonly errors: number;
    readonly meanMs: number | null;
  } | null;
  /** Change of the mean against `before`, as a share of it: 0.25 is a quarter slower. */
  readonly trend: number | null;
}

/** `sinceMs` is when the account began; `nowMs` is the end of the range. Epoch milliseconds. */
export function summaryOf(
  { tally, fromMs, before }: Reading,
  sinceMs: number,
  nowMs: number,
): Summary {
  const { count, sketch } = tally;
  const hasDurations = tally.minMs !== Infinity;
  const meanMs = hasDurations ? tally.sumMs / count : null;
  const meanBeforeMs = hasDurations && before.count > 0 ? before.sumMs / before.count : null;
  const seconds = (nowMs - Math.max(fromMs, sinceMs)) / 1000;
  return {
    count,
    errors: tally.failed,
    minMs: hasDurations ? tally.minMs : null,
    meanMs,
    p50Ms: sketch.quantile(0.5),
    p95Ms: sketch.quantile(0.95),
    p99Ms: sketch.quantile(0.99),
    maxMs: hasDurations ? tally.maxMs : null,
    perSecond: seconds > 0 ? count / seconds : null,
    before:
      before.count === 0
        ? null
        : { count: before.count, errors: before.failed, meanMs: meanBeforeMs },
    trend:
      meanMs === null || meanBeforeMs === null || meanBeforeMs === 0
        ? null
        : meanMs / meanBeforeMs - 1,
  };
}
