import type { EpochTime } from './model.ts';

/** Thrown where a document is not plain enough for the short way; never leaves the decoders. */
export const notPlain = new Error('not plain');

/** The text of the bytes from `from` to `to`, UTF-8, which must be a copy of its own. */
export type TextOf = (from: number, to: number) => string;

/** A key, or another string that comes again and again, with what came after it the last time. */
export interface Word {
  readonly text: string;
  /** As it stands in documents. */
  readonly quoted: DataView;
  next: Word | undefined;
  /** A place for the reader's own notes on it. */
  notes: unknown;
}

/**
 * The strings that stand in one place, as one object each, by a hash of how they stand there. When
 * there are more of them than it holds, no more are learnt: they are values that differ each time,
 * such as paths with ids in them.
 */
export class Words {
  /** What the place mostly holds when nothing came before it. */
  first: Word | undefined;
  second: Word | undefined;
  readonly #byHash = new Map<number, Word>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#byHash.size >= this.#most;
  }

  /** One that may be it: hashes of different strings can be the same. */
  get(hash: number): Word | undefined {
    return this.#byHash.get(hash);
  }

  learn(hash: number, text: string, quoted: Uint8Array): Word {
    // Not `slice`: a Buffer's does not copy.
    const copy = new Uint8Array(quoted);
    const word = { text, quoted: new DataView(copy.buffer), next: undefined, notes: undefined };
    if (!this.isFull && text.length <= longestWord) this.#byHash.set(hash, word);
    return word;
  }
}

const longestWord = 2000;

const [quote, backslash, colon, comma] = [0x22, 0x5c, 0x3a, 0x2c];
const [openObject, closeObject, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];
const [zero, nine, space] = [0x30, 0x39, 0x20];

/**
 * Walks over JSON in bytes and makes strings only of what is asked for. Strict where it looks:
 * what `JSON.parse` would refuse, and what is rare (a number with a fraction, an unknown literal),
 * throws `notPlain`, and the caller takes the long way.
 */
export class JsonBytes {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #textOf: TextOf;

  constructor(bytes: Uint8Array, from: number, to: number, textOf: TextOf) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = from;
    this.#end = to;
    this.#textOf = textOf;
  }

  /** The next byte that is no white space; the end is `notPlain`. */
  peek(): number {
    const bytes = this.#bytes;
    let at = this.at;
    for (; at < this.#end; at++) {
      const byte = bytes[at]!;
      if (byte > space) {
        this.at = at;
        return byte;
      }
      if (byte !== space && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    }
    throw notPlain;
  }

  /** Nothing but white space may be left. */
  finish(): void {
    const bytes = this.#bytes;
    for (; this.at < this.#end; this.at++) {
      const byte = bytes[this.at]!;
      if (byte !== space && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) throw notPlain;
    }
  }

  /** Enters an object that has members; false for an empty one, which it passes over. */
  enterObject(): boolean {
    return this.#enter(openObject, closeObject);
  }

  enterList(): boolean {
    return this.#enter(openList, closeList);
  }

  #enter(open: number, close: number): boolean {
    if (this.peek() !== open) throw notPlain;
    this.at++;
    if (this.peek() !== close) return true;
    this.at++;
    return false;
  }

  /** Passes over an empty list; false, and nothing done, for anything else. */
  isEmptyList(): boolean {
    return this.#isEmpty(openList, closeList);
  }

  isEmptyObject(): boolean {
    return this.#isEmpty(openObject, closeObject);
  }

  #isEmpty(open: number, close: number): boolean {
    if (this.peek() !== open || this.#bytes[this.at + 1] !== close) return false;
    this.at += 2;
    return true;
  }

  /** Behind a member: true when another follows. */
  hasMoreMembers(): boolean {
    return this.#hasMore(closeObject);
  }

  hasMoreItems(): boolean {
    return this.#hasMore(closeList);
  }

  #hasMore(close: number): boolean {
    const byte = this.peek();
    if (byte !== comma && byte !== close) throw notPlain;
    this.at++;
    return byte === comma;
  }

  /**
   * Reads a string as one of `words`. The one that followed `before` the last time, or that came
   * first when there is none before, is tried first: then nothing is made, not even a string.
   */
  word(words: Words, before: Word | undefined): Word {
    return this.#knownWord(words, before) ?? this.#newWord(words, before);
  }

  #knownWord(words: Words, before: Word | undefined): Word | undefined {
    this.peek();
    const likely = before === undefined ? words.first : before.next;
    if (likely !== undefined && this.#isNext(likely.quoted)) return likely;
    if (before === undefined && words.second !== undefined && this.#isNext(words.second.quoted)) {
      return words.second;
    }
    return undefined;
  }

  #newWord(words: Words, before: Word | undefined): Word {
    const from = this.at;
    const hash = this.#hash();
    const known = words.get(hash);
    if (known !== undefined && this.#isNext(known.quoted))
      return this.#expect(known, words, before);
    const word = words.learn(hash, this.string(), this.#bytes.subarray(from, this.at));
    return words.isFull ? word : this.#expect(word, words, before);
  }

  /** The next time `word` will be tried first. */
  #expect(word: Word, words: Words, before: Word | undefined): Word {
    if (before !== undefined) before.next = word;
    else {
      words.second = words.first;
      words.first = word;
    }
    return word;
  }

  /** Of the bytes of the string here, to its closing quote. */
  #hash(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let hash = 0;
    for (let at = this.at + 1; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === quote) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
      if (byte === backslash) at++;
    }
    return hash;
  }

  /** Reads a key and its colon, as `word` does. */
  key(words: Words, before: Word | undefined): Word {
    const word = this.word(words, before);
    if (this.peek() !== colon) throw notPlain;
    this.at++;
    return word;
  }

  /** Passes over `quoted` when it is what stands here; four bytes at a time. */
  #isNext(quoted: DataView): boolean {
    const view = this.#view;
    const length = quoted.byteLength;
    const { at } = this;
    if (at + length > this.#end) return false;
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      if (view.getInt32(at + i) !== quoted.getInt32(i)) return false;
    }
    for (; i < length; i++) if (view.getInt8(at + i) !== quoted.getInt8(i)) return false;
    this.at = at + length;
    return true;
  }

  /**
   * Passes over what comes next when it is, byte for byte, what stands from `from` to `to`. Four
   * bytes at a time, which is what makes repeated attributes cheap.
   */
  isRepeated(from: number, to: number): boolean {
    const view = this.#view;
    let { at } = this;
    const length = to - from;
    if (at + length > this.#end) return false;
    let left = length;
    for (; left >= 4; left -= 4, at += 4, from += 4) {
      if (view.getInt32(at) !== view.getInt32(from)) return false;
    }
    for (; left > 0; left--, at++, from++) {
      if (view.getInt8(at) !== view.getInt8(from)) return false;
    }
    this.at = at;
    return true;
  }

  /** A number below 256 that is mostly another for another id: made of its first digits. */
  idSlot(): number {
    const bytes = this.#bytes;
    const at = this.peek() === quote ? this.at : 0;
    if (at + 6 > this.#end) return 0;
    return (
      (bytes[at + 1]! * 7 + bytes[at + 2]! * 61 + bytes[at + 3]! * 5 + bytes[at + 4]! * 17) & 255
    );
  }

  /** Lower-case hexadecimal of `size` bytes in quotes; empty, and nothing passed, for anything else. */
  hex(size: 8 | 16): string {
    const bytes = this.#bytes;
    const from = this.peek() === quote ? this.at + 1 : this.#end;
    const to = from + 2 * size;
    if (to >= this.#end || bytes[to] !== quote) return '';
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!;
      if (byte > 0x66 || (byte > nine && byte < 0x61) || byte < zero) return '';
    }
    this.at = to + 1;
    return this.#textOf(from, to);
  }

  string(): string {
    if (this.peek() !== quote) throw notPlain;
    const from = this.at;
    if (this.passString()) return this.#parse(from) as string;
    return this.#textOf(from + 1, this.at - 1);
  }

  /** Passes over a string; true when it holds escapes. */
  passString(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let hasEscapes = false;
    for (let at = this.at + 1; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === quote) {
        this.at = at + 1;
        return hasEscapes;
      }
      if (byte === backslash) {
        hasEscapes = true;
        at++;
      } else if (byte < space) throw notPlain;
    }
    throw notPlain;
  }

  /** A whole number of at most 15 digits without a sign, in quotes or not; -1 for anything else. */
  integer(): number {
    const bytes = this.#bytes;
    const isQuoted = this.peek() === quote;
    const from = isQuoted ? this.at + 1 : this.at;
    let at = from;
    let value = 0;
    let byte = bytes[at]!;
    while (byte >= zero && byte <= nine) {
      value = value * 10 + byte - zero;
      byte = bytes[++at]!;
    }
    const digits = at - from;
    if (digits === 0 || digits > 15 || (digits > 1 && bytes[from] === zero)) return -1;
    if (isQuoted ? byte !== quote : !isEndOfNumber(byte)) return -1;
    this.at = isQuoted ? at + 1 : at;
    return value;
  }

  /** Nanoseconds since the epoch as text of 10 to 20 digits. */
  time(): EpochTime {
    const bytes = this.#bytes;
    if (this.peek() !== quote) throw notPlain;
    const from = ++this.at;
    while (bytes[this.at]! >= zero && bytes[this.at]! <= nine) this.at++;
    const to = this.at;
    if (to - from < 10 || to - from > 20 || bytes[this.at++] !== quote) throw notPlain;
    let seconds = 0;
    let nanos = 0;
    for (let at = from; at < to - 9; at++) seconds = seconds * 10 + bytes[at]! - zero;
    for (let at = to - 9; at < to; at++) nanos = nanos * 10 + bytes[at]! - zero;
    return { seconds, nanos };
  }

  /** Passes over a value nobody asked for; it must be JSON all the same. */
  skip(): void {
    const byte = this.peek();
    const from = this.at;
    if (byte === quote && !this.passString()) return;
    this.at = from;
    if (this.isEmptyList() || this.isEmptyObject()) return;
    if (this.integer() < 0) this.value();
  }

  /** The value here as `JSON.parse` gives it. For what is rare. */
  value(): unknown {
    this.peek();
    const from = this.at;
    this.#pass();
    return this.#parse(from);
  }

  #parse(from: number): unknown {
    try {
      return JSON.parse(this.#textOf(from, this.at));
    } catch {
      throw notPlain;
    }
  }

  #pass(): void {
    const bytes = this.#bytes;
    let depth = 0;
    while (this.at < this.#end) {
      const byte = bytes[this.at]!;
      if (byte === quote) {
        this.passString();
        if (depth === 0) return;
        continue;
      }
      if (byte === openObject || byte === openList) depth++;
      else if (byte === closeObject || byte === closeList) {
        if (depth === 0) return;
        if (--depth === 0) {
          this.at++;
          return;
        }
      } else if (depth === 0 && (byte === comma || byte <= space)) return;
      this.at++;
    }
  }
}

function isEndOfNumber(byte: number): boolean {
  return byte === comma || byte === closeObject || byte === closeList || byte <= space;
}
