/** Spans that wait for a verdict, counted against the two caps on them. */
export class HeldSpans {
  readonly #limits: { readonly maxHeldSpans: number; readonly maxHeldBytes: number };
  #spans = 0;
  #bytes = 0;

  constructor(limits: { readonly maxHeldSpans: number; readonly maxHeldBytes: number }) {
    this.#limits = limits;
  }

  get spans(): number {
    return this.#spans;
  }

  hasRoomFor(bytes: number): boolean {
    const { maxHeldSpans, maxHeldBytes } = this.#limits;
    return this.#spans < maxHeldSpans && this.#bytes + bytes <= maxHeldBytes;
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
