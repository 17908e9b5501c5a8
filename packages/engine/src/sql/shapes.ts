import type { Dialect } from './dialect.ts';
import { shapeOf } from './query-shape.ts';
import type { QueryShape } from './query-shape.ts';
import type { ShapeReader } from './shape.ts';

interface Entry {
  readonly hashB: number;
  readonly shape: QueryShape;
  /** Another shape with the same first half of the hash. */
  readonly next: Entry | undefined;
}

/**
 * Shapes by their hash, so that a text of a known shape makes no strings. The map's key is half of
 * the hash, a number of 32 bits, which V8 looks up without making an object. Full, it starts afresh.
 */
export class Shapes {
  /** Counts how often it started afresh. */
  generation = 0;
  #entries = new Map<number, Entry>();
  #count = 0;
  #bytes = 0;
  readonly #maxShapes: number;
  readonly #maxBytes: number;

  constructor(maxShapes: number, maxBytes: number) {
    this.#maxShapes = maxShapes;
    this.#maxBytes = maxBytes;
  }

  /** The shape that `reader` has just read from `text`. */
  shapeOf(reader: ShapeReader, text: string, dialect: Dialect): QueryShape {
    const { hashA, hashB } = reader;
    let entry = this.#entries.get(hashA);
    for (; entry !== undefined; entry = entry.next) {
      if (entry.hashB === hashB && entry.shape.dialect === dialect) return entry.shape;
    }
    const shape = shapeOf(reader, text, dialect);
    this.#keep(hashA, hashB, shape);
    return shape;
  }

  #keep(hashA: number, hashB: number, shape: QueryShape): void {
    const bytes = 2 * (shape.text.length + shape.summary.length) + 512;
    if (this.#count >= this.#maxShapes || this.#bytes + bytes > this.#maxBytes) {
      this.#entries = new Map();
      this.#count = this.#bytes = 0;
      this.generation++;
    }
    this.#entries.set(hashA, { hashB, shape, next: this.#entries.get(hashA) });
    this.#count++;
    this.#bytes += bytes;
  }
}
