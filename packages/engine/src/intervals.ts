import type { Span } from './types.ts';

/** Clocks of spans in Node.js start on whole milliseconds, so starts are up to 1 ms early. */
const clockStepMs = 1;

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
 * cost the sum of their durations, which is exact; overlapping ones the union of their intervals.
 */
export function timingOf(spans: readonly Span[]): Timing {
  let sumMs = 0;
  let unionMs = 0;
  let slowestMs = 0;
  let coveredUntilMs = -Infinity;
  for (const { startMs, durationMs } of spans) {
    const endMs = startMs + durationMs;
    sumMs += durationMs;
    slowestMs = Math.max(slowestMs, durationMs);
    unionMs += Math.max(0, endMs - Math.max(startMs, coveredUntilMs));
    coveredUntilMs = Math.max(coveredUntilMs, endMs);
  }
  const spanMs = coveredUntilMs - spans[0]!.startMs;
  const isParallel = sumMs > spanMs + clockStepMs ? true : sumMs > spanMs ? null : false;
  return { costMs: isParallel === true ? unionMs : sumMs, slowestMs, isParallel };
}
