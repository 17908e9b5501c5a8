import type { Slot } from './tally.ts';

/** A slot's object and its totals, about. */
const slotBytes = 160;

/**
 * The memory that all series of one engine share. A slot for which there is no room keeps its
 * totals, which are few, and gives up its steps: quantiles are then of the slots that have them.
 */
export class SlotMemory {
  readonly #maxBytes: number;
  readonly #onFull: () => void;
  #usedBytes = 0;

  /** `onFull` is told of every slot that lost its steps. */
  constructor(maxBytes: number, onFull: () => void) {
    this.#maxBytes = maxBytes;
    this.#onFull = onFull;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** The slot as it may be kept. */
  take(slot: Slot): Slot {
    const hasRoom = slot.steps === null || this.#usedBytes + sizeOf(slot) <= this.#maxBytes;
    const kept = hasRoom ? slot : withoutSteps(slot);
    if (!hasRoom) this.#onFull();
    this.#usedBytes += sizeOf(kept);
    return kept;
  }

  giveBack(slot: Slot): void {
    this.#usedBytes -= sizeOf(slot);
  }
}

export function sizeOf({ steps }: Slot): number {
  return slotBytes + (steps?.byteLength ?? 0);
}

export function withoutSteps(slot: Slot): Slot {
  return { ...slot, steps: null };
}
