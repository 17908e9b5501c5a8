import { Sketch } from './sketch.ts';

/**
 * Quantiles of the last `windowMs`, in slots that expire one by one. Time arrives as an argument
 * and may stand still; a step backwards counts as standing still. Reading merges the live slots
 * and keeps the result until something changes, so a read after a read costs nothing.
 */
export class SlidingSketch {
  readonly #slotMs: number;
  readonly #slots: Sketch[];
  #slotNumber = -Infinity;
  #merged: Sketch | undefined;

  /** `windowMs` above 0 is divided into `slotCount` slots of equal length. */
  constructor(windowMs: number, slotCount: number) {
    this.#slotMs = windowMs / slotCount;
    this.#slots = Array.from({ length: slotCount }, () => new Sketch());
  }

  insert(ms: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#slots[this.#position()]!.insert(ms);
    this.#merged = undefined;
  }

  /** The values of the window as one sketch, not to be changed. */
  read(nowMs: number): Sketch {
    this.#advance(nowMs);
    if (this.#merged !== undefined) return this.#merged;
    this.#merged = new Sketch();
    for (const slot of this.#slots) this.#merged.merge(slot);
    return this.#merged;
  }

  #position(): number {
    const count = this.#slots.length;
    return ((this.#slotNumber % count) + count) % count;
  }

  #advance(nowMs: number): void {
    const target = Math.floor(nowMs / this.#slotMs);
    if (target <= this.#slotNumber) return;
    if (this.#slotNumber === -Infinity) {
      this.#slotNumber = target;
      return;
    }
    const passed = Math.min(target - this.#slotNumber, this.#slots.length);
    for (let step = 0; step < passed; step++) {
      this.#slotNumber = target - passed + 1 + step;
      const slot = this.#slots[this.#position()]!;
      if (slot.count > 0) slot.clear();
    }
    this.#slotNumber = target;
    this.#merged = undefined;
  }
}
