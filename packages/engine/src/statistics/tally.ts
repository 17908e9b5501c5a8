import { Sketch } from './sketch.ts';

/** What one slot of time held, packed: 4 bytes a step of the sketch that was hit. */
export interface Slot {
  /** Time since the epoch in lengths of its ring's slots. */
  readonly number: number;
  readonly count: number;
  /** Errors; of a cache, misses. */
  readonly failed: number;
  readonly sumMs: number;
  /** Infinity and -Infinity when no duration was known. */
  readonly minMs: number;
  readonly maxMs: number;
  readonly savingMs: number;
  /** As in `Sketch.steps`; null where only the totals are kept. */
  readonly steps: Uint32Array | null;
}

/** Calls counted together: what is being filled, and what slots are merged into. */
export class Tally {
  readonly sketch = new Sketch();
  count = 0;
  failed = 0;
  sumMs = 0;
  savingMs = 0;
  /** Extremes of merged slots; those of added values are the sketch's. */
  #minMs = Infinity;
  #maxMs = -Infinity;

  /** One call; `ms` is null where its duration is not known. */
  add(ms: number | null, hasFailed: boolean, savingMs: number): void {
    this.count++;
    if (hasFailed) this.failed++;
    if (savingMs > 0) this.savingMs += savingMs;
    if (ms === null) return;
    this.sketch.insert(ms);
    // As the sketch takes it: clocks that were set back give negative durations.
    if (ms > 0 && ms < Infinity) this.sumMs += ms;
  }

  merge(slot: Slot): void {
    this.count += slot.count;
    this.failed += slot.failed;
    this.sumMs += slot.sumMs;
    this.savingMs += slot.savingMs;
    this.#minMs = Math.min(this.#minMs, slot.minMs);
    this.#maxMs = Math.max(this.#maxMs, slot.maxMs);
    if (slot.steps !== null) this.sketch.addSteps(slot.steps, slot.minMs, slot.maxMs);
  }

  /** Infinity when no duration was known. */
  get minMs(): number {
    return Math.min(this.#minMs, this.sketch.minMs ?? Infinity);
  }

  get maxMs(): number {
    return Math.max(this.#maxMs, this.sketch.maxMs ?? -Infinity);
  }

  pack(number: number): Slot {
    const { count, failed, sumMs, minMs, maxMs, savingMs } = this;
    return { number, count, failed, sumMs, minMs, maxMs, savingMs, steps: this.sketch.steps() };
  }

  clear(): void {
    this.sketch.clear();
    this.count = this.failed = this.sumMs = this.savingMs = 0;
    this.#minMs = Infinity;
    this.#maxMs = -Infinity;
  }
}
