import type { RingSize } from './series.ts';

/** Ranges that statistics are kept for; `window` is the sliding one of `windowMs`. */
export type HistoryRange = '1h' | '24h' | '7d';
export type Range = 'window' | HistoryRange;

const hourMs = 3_600_000;
const lengthsMs: Readonly<Record<HistoryRange, number>> = {
  '1h': hourMs,
  '24h': 24 * hourMs,
  '7d': 7 * 24 * hourMs,
};

export interface HistoryOptions {
  readonly windowMs: number;
  readonly historyMs: number;
}

/** Throws a `RangeError` for a name that is no range, and for one longer than what is kept. */
export function rangeMsOf(range: Range, { windowMs, historyMs }: HistoryOptions): number {
  if (range === 'window') return windowMs;
  const lengthMs = lengthsMs[range];
  if (lengthMs === undefined) {
    throw new RangeError(`range must be window, 1h, 24h or 7d, got ${JSON.stringify(range)}`);
  }
  if (lengthMs > Math.max(hourMs, historyMs)) {
    throw new RangeError(`${range} is longer than the history kept, see historyMs (${historyMs})`);
  }
  return lengthMs;
}

/** An endpoint's rings: the sliding window, the hour by the minute, the day and the week coarser. */
export function endpointRings({ windowMs, historyMs }: HistoryOptions): RingSize[] {
  const history = ladder(historyMs, { '1h': 60, '24h': 96, '7d': 84 });
  return [{ windowMs, slotCount: 6 }, ...history.filter((ring) => ring.windowMs > windowMs)];
}

/** Shapes and caches are many and nobody watches them live: no window, and slots of five minutes. */
export function callRings({ historyMs }: HistoryOptions): RingSize[] {
  return ladder(historyMs, { '1h': 12, '24h': 48, '7d': 42 });
}

/** Rings up to the first that covers the history; an hour is always kept. */
function ladder(historyMs: number, slotCounts: Record<HistoryRange, number>): RingSize[] {
  const rings: RingSize[] = [];
  for (const range of ['1h', '24h', '7d'] as const) {
    rings.push({ windowMs: lengthsMs[range], slotCount: slotCounts[range] });
    if (lengthsMs[range] >= historyMs) break;
  }
  return rings;
}
