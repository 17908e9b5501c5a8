/** Spans that wait for a verdict, counted against the two caps on them. */
export class HeldSpans {
  readonly #limits: { readonly maxHeldSpans: number; readonly maxHeldBytes: number };
  #spans = 0;
  #bytes = 0;
  /** How many found no room. */
  refused = 0;

  constructor(limits: { readonly maxHeldSpans: number; readonly maxHeldBytes: number }) {
    this.#limits = limits;
  }

  get spans(): number {
    return this.#spans;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The fuller of the two caps, as a share of it. */
  get share(): number {
    const { maxHeldSpans, maxHeldBytes } = this.#limits;
    return Math.max(this.#spans / maxHeldSpans, this.#bytes / maxHeldBytes);
  }

  hasRoomFor(bytes: number): boolean {
    const { maxHeldSpans, maxHeldBytes } = this.#limits;
    if (this.#spans < maxHeldSpans && this.#bytes + bytes <= maxHeldBytes) return true;
    this.refused++;
    return false;
  }

  add(bytes: number): void {
    this.#spans++;
    this.#bytes += bytes;
  }

  giveBack(spans: number, bytes: number): void {
    this.#spans -= spans;
    this.#bytes -= bytes;
  }
}
