import { Char } from './characters.ts';
import { traitsOf, WordTrait } from './keywords.ts';
import { Lexer } from './lexer.ts';

/** What a part of a shape is, as far as the parts behind it care. */
export const Part = {
  none: 0,
  word: 1,
  quotedName: 2,
  /** `?` */
  value: 3,
  /** `...`: more of the same. */
  more: 4,
  comma: 5,
  sign: 6,
  closeBracket: 7,
  cast: 8,
  semicolon: 9,
  /** Any other punctuation. */
  other: 10,
  /** Parentheses come last: the reader tells them from all others at once. */
  open: 11,
  close: 12,
} as const;

/** What the parts' hashes are made with; `a` and `b` are the two halves. */
export const HashBase = { a: 0x2c1b3c6d, b: 0x297a2d39 } as const;
export const ValueHash = { a: 0x165667b1, b: 0x27d4eb2f } as const;
export const MoreHash = { a: 0x3c6ef372, b: 0x1f83d9ab } as const;

/**
 * The parts of a shape while it is read, and how they fold: `?, ?` to `?, ...`, rows and calls that
 * repeat the one before them, signs and constants into the value beside them. Each part keeps the
 * hash of all parts up to it, so that to fold is to go back, and two stretches compare in one step.
 */
export class ShapeParts {
  readonly lexer = new Lexer(bufferBytes);
  /** Four numbers a part: its kind, where it starts in `lexer.bytes`, both hashes up to it. */
  parts = new Int32Array(keptNumbers);
  /** Parentheses open now. */
  depth = 0;
  #levels = newLevels();

  /** Opens or closes a level, or folds a cast; gives the last part then. */
  folded(last: number): number {
    const kind = this.parts[last];
    if (kind === Part.open) this.#openLevel(last);
    else if (kind === Part.word) return this.#foldedCast(last);
    else if (this.depth > 0) return this.#closedLevel(last);
    return last;
  }

  reset(room: number): void {
    if (room > this.parts.length) this.parts = new Int32Array(room);
    this.depth = 0;
    this.#levels.rowClose[0] = 0;
    this.parts[0] = this.parts[1] = this.parts[2] = this.parts[3] = 0;
  }

  /** Lets go of what a long text needed. */
  close(): void {
    this.lexer.close();
    if (this.parts.length > keptNumbers) this.parts = new Int32Array(keptNumbers);
    if (this.#levels.openAt.length > keptNumbers) this.#levels = newLevels();
  }

  #push(last: number, kind: number, start: number, a: number, b: number): number {
    const { parts } = this;
    const next = last + 4;
    parts[next] = kind;
    parts[next + 1] = start;
    parts[next + 2] = (Math.imul(parts[last + 2]!, baseA) + a) | 0;
    parts[next + 3] = (Math.imul(parts[last + 3]!, baseB) + b) | 0;
    return next;
  }

  /** Takes a value that may belong to the parts before it; gives the last part then. */
  joinedValue(start: number, lastPart: number): number {
    const { parts } = this;
    let last = lastPart;
    if (parts[last] === Part.sign) last = this.#withoutSigns(last);
    const before = parts[last]!;
    if (before === Part.value || before === Part.more) return last;
    if (before === Part.comma) {
      const listed = parts[last - 4];
      if (listed === Part.value) return this.#push(last, Part.more, start, moreA, moreB);
      const isOfValues = parts[last - 8] === Part.comma && parts[last - 12] === Part.value;
      if (listed === Part.more && isOfValues) return last - 4;
    }
    return this.#push(last, Part.value, start, valueA, valueB);
  }

  /** The part before the signs that belong to a value behind `last`. */
  #withoutSigns(last: number): number {
    const { parts } = this;
    let at = last;
    while (parts[at] === Part.sign && !this.#isOperand(at - 4)) at -= 4;
    return at;
  }

  /** Whether a sign behind this part joins it to what follows. Values take the sign away. */
  #isOperand(at: number): boolean {
    switch (this.parts[at]) {
      case Part.quotedName:
      case Part.close:
      case Part.closeBracket:
        return true;
      case Part.word:
        return (this.traitsAt(at) & WordTrait.keyword) === 0;
      case Part.other: {
        // PostgreSQL's operators `#-` and `@-@`.
        const byte = this.lexer.bytes[this.parts[at + 1]!]!;
        return byte === Char.hash || byte === Char.at;
      }
      default:
        return false;
    }
  }

  /**
   * Whether a word is `NULL`, `TRUE` or `FALSE` and a value: not first, and not behind an operand,
   * `IS`, `NOT` and `SET`.
   */
  isConstant(hashA: number, hashB: number, last: number): boolean {
    if ((traitsOf(hashA, hashB) & WordTrait.constant) === 0) return false;
    const kind = this.parts[last];
    if (last === 0 || kind === Part.value || kind === Part.more || this.#isOperand(last))
      return false;
    return kind !== Part.word || (this.traitsAt(last) & WordTrait.keepsConstant) === 0;
  }

  /** What the word at this part means to the shape, from `WordTrait`. */
  traitsAt(at: number): number {
    const { parts } = this;
    const a = (parts[at + 2]! - Math.imul(parts[at - 2]!, baseA)) | 0;
    const b = (parts[at + 3]! - Math.imul(parts[at - 1]!, baseB)) | 0;
    return traitsOf(a, b);
  }

  /** `?::uuid, ?::uuid` becomes `?::uuid, ...`; `type` is the last part. */
  #foldedCast(type: number): number {
    const { parts } = this;
    const value = type - 8;
    const comma = value - 4;
    if (parts[value] !== Part.value || parts[comma] !== Part.comma) return type;
    const isMore = parts[comma - 4] === Part.more && parts[comma - 8] === Part.comma;
    const before = isMore ? comma - 12 : comma - 4;
    if (before < 12 || parts[before - 8] !== Part.value) return type;
    if (!this.#isSame(before - 8, value, 3)) return type;
    return isMore ? comma - 4 : this.#push(comma, Part.more, parts[value + 1]!, moreA, moreB);
  }

  #openLevel(at: number): void {
    const { openAt, rowOpen, rowClose } = this.#levels;
    const depth = ++this.depth;
    openAt[depth] = at;
    rowOpen[depth] = 0;
    rowClose[depth] = 0;
  }

  /** `(?, ...), (?, ...)` becomes `(?, ...), ...`, and `f(?), f(?)` likewise; `close` is the last part. */
  #closedLevel(close: number): number {
    const { parts } = this;
    const { openAt, rowOpen, rowClose } = this.#levels;
    const open = openAt[this.depth]!;
    const around = --this.depth;
    const before = rowClose[around]!;
    const isListed = parts[open - 4] === Part.comma || parts[open - 8] === Part.comma;
    if (before > 0 && isListed) {
      const start = this.#startOfRow(open);
      if (this.#repeatsRow(rowOpen[around]!, before, start, close)) {
        const comma = start - 4;
        if (comma - before > 4) return comma - 4;
        return this.#push(comma, Part.more, parts[start + 1]!, moreA, moreB);
      }
    }
    rowOpen[around] = open;
    rowClose[around] = close;
    return close;
  }

  /** A call begins with its name. */
  #startOfRow(open: number): number {
    const kind = this.parts[open - 4];
    if (kind === Part.quotedName) return open - 4;
    return kind === Part.word && (this.traitsAt(open - 4) & notCalled) === 0 ? open - 4 : open;
  }

  /** Whether the row from `start` is the same as the one before it, a comma (and `...`) between. */
  #repeatsRow(firstOpen: number, firstClose: number, start: number, close: number): boolean {
    const { parts } = this;
    const comma = start - 4;
    const first = this.#startOfRow(firstOpen);
    if (parts[comma] !== Part.comma || close - start !== firstClose - first) return false;
    const isNext = comma - firstClose === 4;
    const isMore = comma - firstClose === 12 && parts[comma - 4] === Part.more;
    if (!isNext && !isMore) return false;
    return this.#isSame(first, start, (close - start) / 4 + 1) && this.#hasValue(start, close);
  }

  #hasValue(from: number, to: number): boolean {
    const { parts } = this;
    for (let at = from; at <= to; at += 4) if (parts[at] === Part.value) return true;
    return false;
  }

  /** Whether `count` parts from one place equal those from another. */
  #isSame(one: number, other: number, count: number): boolean {
    return (
      this.#difference(one, count, 2, baseA) === this.#difference(other, count, 2, baseA) &&
      this.#difference(one, count, 3, baseB) === this.#difference(other, count, 3, baseB)
    );
  }

  /** The hash of `count` parts alone. */
  #difference(from: number, count: number, lane: number, base: number): number {
    const { parts } = this;
    const end = parts[from + 4 * (count - 1) + lane]!;
    return (end - Math.imul(parts[from - 4 + lane]!, power(base, count))) | 0;
  }
}

/** Where the levels of parentheses opened, and the parentheses of the last row directly in each. */
function newLevels() {
  return { openAt: [0], rowOpen: [0], rowClose: [0] };
}

/** Texts of up to a third of these bytes, and their parts, are read without asking for memory. */
const bufferBytes = 3 << 13;
const keptNumbers = 4 << 13;

const notCalled = WordTrait.keyword | WordTrait.noCall;
const { a: baseA, b: baseB }: { a: number; b: number } = HashBase;
const { a: valueA, b: valueB } = ValueHash;
const { a: moreA, b: moreB } = MoreHash;

function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest >>>= 1) {
    if ((rest & 1) === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}
