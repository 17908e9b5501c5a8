import { performance } from 'node:perf_hooks';

/** Two clocks of this thread, both in milliseconds; neither ever goes back. */
export interface Stopwatch {
  nowMs(): number;
  /** Time in which the thread's event loop had something to do. */
  busyMs(): number;
}

/** Both stand still together while other processes have the core, so that their ratio does not move. */
export const threadStopwatch: Stopwatch = {
  nowMs: () => performance.now(),
  busyMs: () => performance.eventLoopUtilization().active,
};

/** What our time is spent on; `export` is the part of an export that blocks, mostly encoding. */
export type OwnPart = 'start' | 'end' | 'judge' | 'sweep' | 'export';

/** Starts and ends of spans are measured once in so many, on average: reading a clock costs 55 ns. */
const meanStride = 16.5;
/** A sample so many times the usual one is a pause of the machine: it counts for itself alone. */
const outlierFactor = 16;

/**
 * The time our callbacks take. Judgements, sweeps and exports are measured each; starts and ends of
 * spans by sample, at strides drawn by lot, so that no rhythm of the traffic meets the sampling's.
 */
export class OwnTime {
  readonly spentMs: Record<OwnPart, number> = { start: 0, end: 0, judge: 0, sweep: 0, export: 0 };
  /** The longest that was measured of each. */
  readonly longestMs: Record<OwnPart, number> = { start: 0, end: 0, judge: 0, sweep: 0, export: 0 };
  readonly #stopwatch: Stopwatch;
  readonly #usualMs = { start: 0, end: 0 };
  #untilSample = 1;
  #lot = 1;

  constructor(stopwatch: Stopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** What a breaker can bring down: all but exports. */
  get sheddableMs(): number {
    const { start, end, judge, sweep } = this.spentMs;
    return start + end + judge + sweep;
  }

  get busyMs(): number {
    return this.#stopwatch.busyMs();
  }

  begin(): number {
    return this.#stopwatch.nowMs();
  }

  /** `sinceMs` is what `begin` gave. */
  done(part: OwnPart, sinceMs: number): void {
    const tookMs = this.#stopwatch.nowMs() - sinceMs;
    this.spentMs[part] += tookMs;
    if (tookMs > this.longestMs[part]) this.longestMs[part] = tookMs;
  }

  /** As `begin`, for the few that are measured; negative for the others. */
  beginSample(): number {
    if (--this.#untilSample > 0) return -1;
    this.#lot = (Math.imul(this.#lot, 1_664_525) + 1_013_904_223) >>> 0;
    this.#untilSample = 1 + (this.#lot >>> 27);
    return this.#stopwatch.nowMs();
  }

  /** `sinceMs` is what `beginSample` gave, and not negative. */
  doneSample(part: 'start' | 'end', sinceMs: number): void {
    const tookMs = this.#stopwatch.nowMs() - sinceMs;
    if (tookMs > this.longestMs[part]) this.longestMs[part] = tookMs;
    const usualMs = this.#usualMs[part];
    const mostMs = usualMs === 0 ? tookMs : Math.min(tookMs, usualMs * outlierFactor);
    this.#usualMs[part] = usualMs + (mostMs - usualMs) / 8;
    this.spentMs[part] += mostMs * meanStride + (tookMs - mostMs);
  }
}
