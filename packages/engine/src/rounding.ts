/** Milliseconds to the whole microsecond: what is finer is noise of sums, and clocks do not tell it. */
export function roundedMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
