/** From this pause on a new attempt is no storm, however regular. */
const longPauseMs = 1000;
/** Pauses below this are the program's own work, and grow by chance. */
const leastPauseMs = 10;
const leastGrowth = 1.5;

/**
 * Whether the attempt behind `pausesMs[at]` waited as it should: a second or more, or at least half
 * as long again as the pause before. The first pause has none before it and is at once unless it is
 * long. Random jitter makes single pauses shorter, so pauses are counted, not all required.
 */
export function hasBackoffAt(pausesMs: readonly number[], at: number): boolean {
  const pauseMs = pausesMs[at]!;
  if (pauseMs >= longPauseMs) return true;
  return at > 0 && pauseMs >= leastPauseMs && pauseMs >= leastGrowth * pausesMs[at - 1]!;
}
