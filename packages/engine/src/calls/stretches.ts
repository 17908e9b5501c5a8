import type { Span } from '../types.ts';

/** A piece of time. Epoch milliseconds. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** The stretches in which at least one of `spans` ran, in order of time, none touching another. */
export function stretchesOf(spans: readonly Span[]): Stretch[] {
  const sorted = [...spans].sort((a, b) => a.startMs - b.startMs);
  const union: { startMs: number; endMs: number }[] = [];
  for (const { startMs, durationMs } of sorted) {
    const last = union.at(-1);
    const endMs = startMs + durationMs;
    if (last === undefined || startMs > last.endMs) union.push({ startMs, endMs });
    else last.endMs = Math.max(last.endMs, endMs);
  }
  return union;
}

/** How much of the time between two points the stretches cover, milliseconds. */
export function coveredMs(stretches: readonly Stretch[], fromMs: number, toMs: number): number {
  let sum = 0;
  for (let at = firstAfter(stretches, fromMs); at < stretches.length; at++) {
    const { startMs, endMs } = stretches[at]!;
    if (startMs >= toMs) break;
    sum += Math.min(endMs, toMs) - Math.max(startMs, fromMs);
  }
  return sum;
}

/** What the stretches leave open between two points, in order of time. */
export function gapsOf(stretches: readonly Stretch[], fromMs: number, toMs: number): Stretch[] {
  const gaps: Stretch[] = [];
  let atMs = fromMs;
  for (let at = firstAfter(stretches, fromMs); at < stretches.length && atMs < toMs; at++) {
    const { startMs, endMs } = stretches[at]!;
    if (startMs > atMs) gaps.push({ startMs: atMs, endMs: Math.min(startMs, toMs) });
    atMs = Math.max(atMs, endMs);
  }
  if (atMs < toMs) gaps.push({ startMs: atMs, endMs: toMs });
  return gaps;
}

/** Index of the first stretch that ends after `timeMs`, by halving. */
function firstAfter(stretches: readonly Stretch[], timeMs: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stretches[middle]!.endMs > timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
