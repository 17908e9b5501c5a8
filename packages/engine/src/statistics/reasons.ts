/** Texts come from code and may be endless; what is beyond this many shares one name. */
const mostReasons = 100;

/** How often something happened, by a reason given as text. */
export class Reasons {
  readonly #counts = new Map<string, number>();
  #total = 0;

  count(reason: string): void {
    this.#total++;
    const isKnown = this.#counts.has(reason) || this.#counts.size < mostReasons;
    const name = isKnown ? reason : '(other)';
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get total(): number {
    return this.#total;
  }

  byReason(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
