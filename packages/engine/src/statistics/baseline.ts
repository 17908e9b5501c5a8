import type { Baseline } from '../rules/rule.ts';
import type { Series } from './series.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/**
 * How an endpoint did in the hour before, taken anew with every minute and whenever its calls have
 * grown by a quarter since the last look: reading the hour merges some sixty slots, and this is
 * asked for every request.
 */
export class BaselineMemo {
  #known: Baseline | null = null;
  #minute = -Infinity;
  #nextCalls = 0;

  /** `calls` are those since the account began; null until the hour holds `least`. */
  read(series: Series, calls: number, nowMs: number, least: number): Baseline | null {
    if (calls < least) return null;
    const minute = Math.floor(nowMs / minuteMs);
    if (minute === this.#minute && calls < this.#nextCalls) return this.#known;
    this.#minute = minute;
    this.#nextCalls = Math.ceil(calls * 1.25);
    const { tally } = series.read(hourMs, nowMs);
    const p95Ms = tally.count < least ? null : tally.sketch.quantile(0.95);
    this.#known = p95Ms === null ? null : { calls: tally.count, p95Ms };
    return this.#known;
  }
}
