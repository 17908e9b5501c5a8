/**
 * Quantiles of durations in bounded memory: a log-linear histogram with 128 steps an octave, so a
 * quantile is at most 0.4 % off (half a step). Counts are whole numbers, so merging is exact:
 * merging two sketches equals feeding one with both inputs, in any order.
 *
 * Memory follows the range seen: 4 bytes a step, 512 bytes an octave between the least and the
 * largest value. Values are milliseconds, rounded to whole microseconds; below 128 µs that rounding
 * is the only error. From a year on all share one step, so that one mad value costs no memory.
 *
 * Method: log-linear buckets as in HdrHistogram (G. Tene); index by `Math.clz32`.
 */
export class Sketch {
  #counts = new Uint32Array(0);
  /** Index of `#counts[0]`; a multiple of `chunk`. */
  #low = 0;
  #minMs = Infinity;
  #maxMs = -Infinity;
  /** `#maxMs`, as far as microseconds fit in 31 bits: one comparison less for nearly all. */
  #shortMaxMs = -Infinity;

  /** How many values it holds; counted when asked for. */
  get count(): number {
    let count = 0;
    for (const one of this.#counts) count += one;
    return count;
  }

  /** Least and largest value as given; null while empty. */
  get minMs(): number | null {
    return this.#minMs === Infinity ? null : this.#minMs;
  }

  get maxMs(): number | null {
    return this.#minMs === Infinity ? null : this.#maxMs;
  }

  /** Memory of the counts. */
  get sizeBytes(): number {
    return this.#counts.byteLength;
  }

  /** Takes one duration. Negative, NaN and infinite values are taken as 0. */
  insert(ms: number): void {
    // Between the extremes there is room for it, and nothing else to note.
    if (ms >= this.#minMs && ms <= this.#shortMaxMs) {
      const counts = this.#counts;
      // `| 0` here and in `stepOf`, and no `++`, spare V8 its checks for numbers beyond 32 bits: a
      // quarter of the time, see bench/rows/quantile-insert.mjs.
      const position = (stepOf(ms * 1000) - this.#low) | 0;
      counts[position] = (counts[position]! + 1) | 0;
    } else {
      this.#insertOutside(ms >= 0 && ms < Infinity ? ms : 0);
    }
  }

  /**
   * The value that a share `q` (0 to 1) of all values does not exceed; null while empty.
   * Rank as in "nearest rank": `quantile(0.5)` of two values is the smaller one.
   */
  quantile(q: number): number | null {
    const { count } = this;
    if (count === 0) return null;
    const rank = Math.max(1, Math.ceil(q * count));
    if (rank >= count) return this.#maxMs;
    let seen = 0;
    for (let position = 0; position < this.#counts.length; position++) {
      seen += this.#counts[position]!;
      if (seen >= rank) return this.#clamp(middleOf(position + this.#low));
    }
    return this.#maxMs;
  }

  /** Adds all values of `other`, which stays as it is. */
  merge(other: Sketch): void {
    if (other.count === 0) return;
    this.#cover(other.#low, other.#low + other.#counts.length - 1);
    const shift = other.#low - this.#low;
    for (let position = 0; position < other.#counts.length; position++) {
      this.#counts[position + shift]! += other.#counts[position]!;
    }
    this.#widen(other.#minMs, other.#maxMs);
  }

  /**
   * The counts above 0 in a shape for keeping: one number a step, its index in the upper 13 bits and
   * how many values it holds in the lower 19, in order of the index; more than fit make another one.
   */
  steps(): Uint32Array {
    let size = 0;
    for (const count of this.#counts) if (count > 0) size += Math.ceil(count / mostInStep);
    const packed = new Uint32Array(size);
    let end = 0;
    for (let position = 0; position < this.#counts.length; position++) {
      let left = this.#counts[position]!;
      for (; left > 0; left -= mostInStep) {
        packed[end++] = ((position + this.#low) << countBits) | Math.min(left, mostInStep);
      }
    }
    return packed;
  }

  /** Adds what another sketch's `steps` held, whose extremes were these. Exact, like `merge`. */
  addSteps(packed: Uint32Array, minMs: number, maxMs: number): void {
    if (packed.length === 0) return;
    this.#cover(indexOf(minMs), indexOf(maxMs));
    for (const step of packed) this.#counts[(step >>> countBits) - this.#low]! += step & mostInStep;
    this.#widen(minMs, maxMs);
  }

  clear(): void {
    this.#counts.fill(0);
    this.#minMs = Infinity;
    this.#maxMs = this.#shortMaxMs = -Infinity;
  }

  #clamp(ms: number): number {
    return Math.min(Math.max(ms, this.#minMs), this.#maxMs);
  }

  #insertOutside(ms: number): void {
    this.#widen(ms, ms);
    const index = indexOf(ms);
    this.#cover(index, index);
    this.#counts[index - this.#low]!++;
  }

  #widen(minMs: number, maxMs: number): void {
    this.#minMs = Math.min(this.#minMs, minMs);
    this.#maxMs = Math.max(this.#maxMs, maxMs);
    this.#shortMaxMs = Math.min(this.#maxMs, longestShortMs);
  }

  /** Makes room for the indexes `from` to `to`, in whole chunks. */
  #cover(from: number, to: number): void {
    const isEmpty = this.#counts.length === 0;
    const oldEnd = this.#low + this.#counts.length;
    const low = floorToChunk(isEmpty ? from : Math.min(from, this.#low));
    const end = floorToChunk(isEmpty ? to : Math.max(to, oldEnd - 1)) + chunk;
    if (low === this.#low && end === oldEnd) return;
    const counts = new Uint32Array(end - low);
    if (!isEmpty) counts.set(this.#counts, this.#low - low);
    this.#counts = counts;
    this.#low = low;
  }
}

const stepBits = 7;
const steps = 1 << stepBits;
const chunk = 64;
const yearMs = 2 ** 45 / 1000;
/** Indexes end below 2^13: a year is step 4,992. */
const countBits = 19;
const mostInStep = 2 ** countBits - 1;

function floorToChunk(index: number): number {
  return index - (index % chunk);
}

/** 2^31 µs, 36 minutes, less one. */
const longestShortMs = (2 ** 31 - 2) / 1000;

/** Step of a duration. A long one is halved 16 times first, which costs no precision. */
function indexOf(ms: number): number {
  if (ms <= longestShortMs) return stepOf(ms * 1000);
  return indexOf(Math.min(ms, yearMs) / 65_536) + 16 * steps;
}

/** Step of a time in microseconds below 2^31. */
function stepOf(us: number): number {
  const whole = (us + 0.5) | 0;
  const shift = 31 - stepBits - Math.clz32(whole | steps);
  return ((shift << stepBits) + (whole >> shift)) | 0;
}

/** Middle of a step, in milliseconds. */
function middleOf(index: number): number {
  if (index < steps) return index / 1000;
  const shift = (index >>> stepBits) - 1;
  const width = 2 ** shift;
  const start = (index - shift * steps) * width;
  return (start + (width - 1) / 2) / 1000;
}
