import { groupBy } from '../group-by.ts';
import type { Trace } from '../trace.ts';
import type { CacheRead } from './cache.ts';

/** Starts are whole milliseconds in Node.js, so an event may seem to come up to 1 ms early. */
const clockStepMs = 1;

/**
 * The reads without those events that only repeat what a call to a store shows: a cache on top of
 * Redis notes a hit or miss on the span that read, right after its GET has ended below that span.
 * Each call carries one event; hits in memory, which made no call, stay.
 */
export function withoutCarried(trace: Trace, reads: readonly CacheRead[]): readonly CacheRead[] {
  const calls = reads.filter(({ isEvent }) => !isEvent);
  if (calls.length === 0 || calls.length === reads.length) return reads;
  const carried = new Set<CacheRead>();
  const events = reads.filter(({ isEvent }) => isEvent);
  for (const [reader, noted] of groupBy(events, ({ span }) => span)) {
    const ends = calls
      .filter(({ span }) => trace.isUnder(span, reader))
      .map(({ span }) => span.startMs + span.durationMs)
      .sort((a, b) => a - b);
    let ended = 0;
    for (const event of noted.sort((a, b) => a.timeMs - b.timeMs)) {
      if ((ends[ended] ?? Infinity) > event.timeMs + clockStepMs) continue;
      carried.add(event);
      ended++;
    }
  }
  return reads.filter((read) => !carried.has(read));
}
