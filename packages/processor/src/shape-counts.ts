import type { QueryShape } from '@spandrel/engine';

/** A trace with more shapes than that is a long job; what it repeats is known by then. */
const mostShapes = 1000;

/**
 * How often each shape ran in one trace, and how many of its runs have a stack. Plain arrays: most
 * traces hold few shapes, each once, and searching a short array is cheaper than filling a map.
 */
export class ShapeCounts {
  readonly #shapes: QueryShape[] = [];
  readonly #counts: number[] = [];
  readonly #stacks: number[] = [];

  /** A query of this shape has ended. True when the shape lacks a stack now. */
  count(shape: QueryShape, hasStack: boolean): boolean {
    let place = this.#shapes.indexOf(shape);
    if (place < 0) {
      if (this.#shapes.length >= mostShapes) return false;
      place = this.#shapes.push(shape) - 1;
      this.#counts.push(0);
      this.#stacks.push(0);
    }
    const count = ++this.#counts[place]!;
    if (hasStack) this.#stacks[place]!++;
    return lacksStack(count, this.#stacks[place]!);
  }

  countOf(shape: QueryShape): number {
    return this.#counts[this.#shapes.indexOf(shape)] ?? 0;
  }

  someLackStack(): boolean {
    return this.#counts.some((count, place) => lacksStack(count, this.#stacks[place]!));
  }
}

/** One stack from three repeats on, a second look at 8, a third at 16: a shape may have two places. */
function lacksStack(count: number, stacks: number): boolean {
  return count >= 3 && stacks < Math.max(1, Math.floor(Math.log2(count)) - 1);
}
