import type { Span } from '../types.ts';

/** How many of `calls`, in order of start, started by `timeMs`. Cost: log n. */
export function startedBy(calls: readonly { readonly span: Span }[], timeMs: number): number {
  let low = 0;
  let high = calls.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (calls[middle]!.span.startMs <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
