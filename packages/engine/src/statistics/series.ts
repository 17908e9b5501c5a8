import { sizeOf, withoutSteps } from './slot-memory.ts';
import type { SlotMemory } from './slot-memory.ts';
import { Tally } from './tally.ts';
import type { Slot } from './tally.ts';

/** A stretch of time and how finely it is divided. */
export interface RingSize {
  readonly windowMs: number;
  readonly slotCount: number;
}

interface Ring {
  readonly slotMs: number;
  readonly slotCount: number;
  /** Oldest first, only slots that hold something. */
  readonly slots: Slot[];
}

/** What a series held in a range of time, and in the range before that. */
export interface Reading {
  readonly tally: Tally;
  /** Where the first slot of the range begins. Epoch milliseconds. */
  readonly fromMs: number;
  readonly before: { readonly count: number; readonly failed: number; readonly sumMs: number };
}

/**
 * Calls over time in rings that grow coarser: a slot that has left one ring goes into the next, so
 * every call is kept once. A slot costs what it holds and an empty one nothing. The last ring keeps
 * its slots' totals for its time once more, to tell the trend.
 *
 * Time arrives as an argument and may stand still; a step backwards counts as standing still.
 */
export class Series {
  readonly #rings: readonly Ring[];
  readonly #memory: SlotMemory;
  #open = new Tally();
  #openNumber = -Infinity;
  #openUntilMs = -Infinity;

  /** `sizes` from fine to coarse, at least one; a slot is a multiple of the one before, or nearly. */
  constructor(sizes: readonly RingSize[], memory: SlotMemory) {
    this.#rings = sizes.map(({ windowMs, slotCount }) => ({
      slotMs: windowMs / slotCount,
      slotCount,
      slots: [],
    }));
    this.#memory = memory;
  }

  /** One call that ended at `nowMs`; `ms` is null where its duration is not known. */
  add(ms: number | null, hasFailed: boolean, nowMs: number, savingMs = 0): void {
    if (nowMs >= this.#openUntilMs) this.advance(nowMs);
    this.#open.add(ms, hasFailed, savingMs);
  }

  /**
   * The last `rangeMs`, to the slot: shorter by less than the coarsest slot in it, and never longer,
   * unless it is shorter than one slot.
   */
  read(rangeMs: number, nowMs: number): Reading {
    this.advance(nowMs);
    const tally = new Tally();
    const before = { count: 0, failed: 0, sumMs: 0 };
    const fromMs = this.#rangeStart(rangeMs);
    for (const { slots, slotMs } of this.#rings) {
      for (const slot of slots) {
        const startMs = slot.number * slotMs;
        if (startMs >= fromMs) tally.merge(slot);
        else if (startMs + slotMs > fromMs - rangeMs) {
          before.count += slot.count;
          before.failed += slot.failed;
          before.sumMs += slot.sumMs;
        }
      }
    }
    tally.merge(this.#open.pack(this.#openNumber));
    return { tally, fromMs, before };
  }

  /** Memory of what it holds, about. */
  get sizeBytes(): number {
    const slots = this.#rings.flatMap((ring) => ring.slots);
    return slots.reduce((sum, slot) => sum + sizeOf(slot), this.#open.sketch.sizeBytes);
  }

  /** Lets go what has grown too old by `nowMs`. */
  advance(nowMs: number): void {
    const [finest] = this.#rings;
    const { slotMs, slots } = finest!;
    const number = Math.floor(nowMs / slotMs);
    if (!(number > this.#openNumber)) return;
    if (this.#open.count > 0) {
      slots.push(this.#memory.take(this.#open.pack(this.#openNumber)));
      this.#open.clear();
    } else if (this.#open.sketch.sizeBytes > 0) {
      this.#open = new Tally();
    }
    this.#openNumber = number;
    this.#openUntilMs = (number + 1) * slotMs;
    for (const [at, ring] of this.#rings.entries()) this.#expire(ring, this.#rings[at + 1]);
  }

  #rangeStart(rangeMs: number): number {
    let fromMs = Infinity;
    for (const { slotMs, slotCount } of this.#rings) {
      const inRange = Math.max(1, Math.min(slotCount, Math.round(rangeMs / slotMs)));
      fromMs = Math.min(fromMs, (this.#current(slotMs) - inRange + 1) * slotMs);
      if (slotCount * slotMs >= rangeMs) break;
    }
    return fromMs;
  }

  /** Number of the slot that is being filled, in slots of this length. */
  #current(slotMs: number): number {
    return Math.floor((this.#openNumber * this.#rings[0]!.slotMs) / slotMs);
  }

  #expire(ring: Ring, next: Ring | undefined): void {
    const { slots, slotMs, slotCount } = ring;
    const oldest = this.#current(slotMs) - slotCount + 1;
    if (next === undefined) return this.#expireLast(slots, oldest, slotCount);
    while (slots.length > 0 && slots[0]!.number < oldest) {
      const slot = slots.shift()!;
      this.#memory.giveBack(slot);
      this.#put(next, { ...slot, number: Math.floor((slot.number * slotMs) / next.slotMs) });
    }
  }

  #expireLast(slots: Slot[], oldest: number, slotCount: number): void {
    while (slots.length > 0 && slots[0]!.number < oldest - slotCount) {
      this.#memory.giveBack(slots.shift()!);
    }
    for (let at = 0; at < slots.length && slots[at]!.number < oldest; at++) {
      if (slots[at]!.steps === null) continue;
      this.#memory.giveBack(slots[at]!);
      slots[at] = this.#memory.take(withoutSteps(slots[at]!));
    }
  }

  #put({ slots }: Ring, slot: Slot): void {
    const last = slots.at(-1);
    if (last?.number !== slot.number) return void slots.push(this.#memory.take(slot));
    this.#memory.giveBack(last);
    slots[slots.length - 1] = this.#memory.take(together(last, slot));
  }
}

function together(one: Slot, other: Slot): Slot {
  const tally = new Tally();
  tally.merge(one);
  tally.merge(other);
  return tally.pack(one.number);
}
