import type { CallKey } from './call-keys.ts';

/** A trace with more kinds of calls than that is a long job; what it repeats is known by then. */
const mostKeys = 1000;

/**
 * How often each kind of call was made in one trace, and for how many a stack was taken. Plain
 * arrays: most traces hold few, each once, and searching a short array is cheaper than filling a map.
 */
export class CallCounts {
  /** True once some call came twice. */
  hasRepeats = false;
  /** True once some statement held values in its text, which will not leave. */
  hasInlineValues = false;
  readonly #keys: CallKey[] = [];
  readonly #counts: number[] = [];
  readonly #stacks: number[] = [];
  /** Of these calls one stack is enough. */
  readonly #isSteady: (key: CallKey) => boolean;

  constructor(isSteady: (key: CallKey) => boolean = () => false) {
    this.#isSteady = isSteady;
  }

  /** One more call of this kind. True when the kind lacks a stack now. */
  count(key: CallKey, hasStack: boolean): boolean {
    let place = this.#keys.indexOf(key);
    if (place < 0) {
      if (this.#keys.length >= mostKeys) return false;
      place = this.#keys.push(key) - 1;
      this.#counts.push(0);
      this.#stacks.push(0);
    }
    const count = ++this.#counts[place]!;
    if (count === 2) this.hasRepeats = true;
    if (hasStack) this.#stacks[place]!++;
    return this.#lacksStack(place);
  }

  /** A stack was taken for a call that is counted already. */
  addStack(key: CallKey): void {
    const place = this.#keys.indexOf(key);
    if (place >= 0) this.#stacks[place]!++;
  }

  countOf(key: CallKey): number {
    return this.#counts[this.#keys.indexOf(key)] ?? 0;
  }

  someLackStack(): boolean {
    return this.#counts.some((_count, place) => this.#lacksStack(place));
  }

  /** One stack from three repeats on, a second look at 8, a third at 16: a loop may stand in two places. */
  #lacksStack(place: number): boolean {
    const count = this.#counts[place]!;
    const stacks = this.#stacks[place]!;
    if (count < 3) return false;
    if (stacks === 0) return true;
    return stacks < Math.floor(Math.log2(count)) - 1 && !this.#isSteady(this.#keys[place]!);
  }
}
