/** Counts by reason, of what was lost on the way. */
export class Losses {
  readonly #counts = new Map<string, number>();

  /** Counts one loss; true when it is the first of its reason, which is when to say so. */
  add(reason: string): boolean {
    const before = this.#counts.get(reason) ?? 0;
    this.#counts.set(reason, before + 1);
    return before === 0;
  }

  entries(): [reason: string, count: number][] {
    return [...this.#counts];
  }
}
