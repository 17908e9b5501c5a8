import type { Span } from './types.ts';

/** Clocks of spans in Node.js start on whole milliseconds, so starts are up to 1 ms early. */
const clockStepMs = 1;
/** Sums with epoch milliseconds as doubles are right to a quarter of a microsecond. */
const roundingMs = 0.001;

/** Wall time of a group of calls. */
export interface Timing {
  /** Time in which at least one of them ran. */
  readonly costMs: number;
  readonly slowestMs: number;
  /** True when they overlap, false when they follow each other, null when the clock cannot tell. */
  readonly isParallel: boolean | null;
}

/**
 * How long `spans` (at least one, in order of start) took together. Calls that follow each other
 * cost the sum of their durations, which is exact; overlapping ones the union of their intervals,
 * which is not more than that.
 *
 * They overlap when two of them do by more than the clock's step, or when all of them together
 * ran longer than the time from the first start to the last end.
 */
export function timingOf(spans: readonly Span[]): Timing {
  let sumMs = 0;
  let unionMs = 0;
  let slowestMs = 0;
  let hasOverlap = false;
  let coveredUntilMs = -Infinity;
  for (const { startMs, durationMs } of spans) {
    const endMs = startMs + durationMs;
    sumMs += durationMs;
    slowestMs = Math.max(slowestMs, durationMs);
    // A call of no duration overlaps nothing, however early its start was written down.
    hasOverlap ||= durationMs > 0 && startMs + clockStepMs < coveredUntilMs;
    unionMs += Math.max(0, endMs - Math.max(startMs, coveredUntilMs));
    coveredUntilMs = Math.max(coveredUntilMs, endMs);
  }
  const spanMs = coveredUntilMs - spans[0]!.startMs;
  hasOverlap ||= sumMs > spanMs + clockStepMs;
  const isParallel = hasOverlap ? true : sumMs > spanMs + roundingMs ? null : false;
  return { costMs: hasOverlap ? unionMs : sumMs, slowestMs, isParallel };
}
