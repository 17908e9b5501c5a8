import { BrokenInput, byteAt, grouped } from './broken-input.ts';

/** One value that is larger cannot be one request or one trace, and is more than one string holds. */
const maxKeptBytes = 256 * 1024 * 1024;
const nothing = Buffer.alloc(0);

/**
 * Pulls chunks and walks over them. Readers look at `chunk` from `at` on, move `at`, and call
 * `more` when they have come to the end of it. What lies behind is forgotten, unless a `mark` says
 * from where on it is needed: so memory holds one chunk and what a mark keeps.
 */
export class Bytes {
  chunk: Buffer = nothing;
  at = 0;
  readonly #source: AsyncIterator<Buffer>;
  /** Position of the chunk's first byte in the whole input. */
  #base = 0;
  #mark = -1;
  /** From the mark to the chunk. */
  #kept: Buffer[] = [];

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  get position(): number {
    return this.#base + this.at;
  }

  /** Keeps everything from here on, in place of what was kept before. */
  mark(): void {
    this.#mark = this.position;
    this.#kept = [];
  }

  release(): void {
    this.#mark = -1;
    this.#kept = [];
  }

  /** What lies between two positions, both behind the mark. Not a copy where the chunk holds it. */
  between(from: number, to: number): Buffer {
    if (from >= this.#base) return this.chunk.subarray(from - this.#base, to - this.#base);
    const all = Buffer.concat([...this.#kept, this.chunk.subarray(0, this.at)]);
    return all.subarray(from - this.#mark, to - this.#mark);
  }

  /** Back to the mark. */
  rewind(): void {
    if (this.#mark < this.#base) {
      this.chunk = Buffer.concat([...this.#kept, this.chunk]);
      this.#base = this.#mark;
      this.#kept = [];
    }
    this.at = this.#mark - this.#base;
  }

  /** Leaves the chunk for the next one; false at the end of the input. */
  async more(): Promise<boolean> {
    const { value, done } = await this.#source.next();
    if (done === true) return false;
    if (this.#mark >= 0) this.#keep();
    this.#base += this.chunk.length;
    this.chunk = value;
    this.at = 0;
    return value.length > 0 || this.more();
  }

  /** Takes `count` bytes; undefined when the input ends before. */
  async take(count: number): Promise<Buffer | undefined> {
    if (this.chunk.length - this.at < count) return this.#takeAcross(count);
    this.at += count;
    return this.chunk.subarray(this.at - count, this.at);
  }

  async #takeAcross(count: number): Promise<Buffer | undefined> {
    this.mark();
    const from = this.position;
    while (this.position < from + count) {
      if (this.at === this.chunk.length && !(await this.more())) return undefined;
      this.at = Math.min(this.chunk.length, from + count - this.#base);
    }
    const taken = this.between(from, this.position);
    this.release();
    return taken;
  }

  #keep(): void {
    this.#kept.push(this.chunk.subarray(Math.max(0, this.#mark - this.#base)));
    if (this.#base + this.chunk.length - this.#mark <= maxKeptBytes) return;
    throw new BrokenInput(
      `one value is larger than ${grouped(maxKeptBytes)} bytes; it begins at ${byteAt(this.#mark)}`,
    );
  }
}
