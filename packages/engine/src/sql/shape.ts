import { Char, folded, startClass } from './characters.ts';
import type { Dialect } from './dialect.ts';
import { castCode, moreCode, quotedNameSeed, TokenKind, wordSeedA, wordSeedB } from './lexer.ts';
import { HashBase, MoreHash, Part, ShapeParts, ValueHash } from './parts.ts';

/**
 * Reads the shape of a statement in one pass: its hash, and the parts its text is made of. Every
 * value is one part; of a list of values the first is kept and the rest are `...`, and so with rows
 * and calls that hold values. One value differs from many, two do not from three. A sign belongs to
 * its value, and values beside each other or joined by signs are one (`'a' 'b'`, `99+100`):
 * constants that were written out in full.
 *
 * The hash is kept as two 32-bit numbers and not as a string or a bigint, because the memory of
 * shapes is asked for it with every new text, and two numbers cost nothing to make. Each is a
 * polynomial over the parts so far, and its value behind every part is kept: to leave out a folded
 * part is to go back to an earlier value, and two rows compare as two differences. Equal parts give
 * equal hashes, and the text is written from the parts, so equal texts have equal hashes.
 *
 * One object reads many statements. Linear in the length of the text.
 *
 * Method: Rabin and Karp's rolling hash; words by FNV-1a (see `Lexer`).
 */
export class ShapeReader extends ShapeParts {
  hashA = 0;
  hashB = 0;
  /** True when the text holds strings, numbers or constants in the place of a value. */
  hasLiterals = false;
  hasParameters = false;
  /** Index of the last part in `parts`; the part at 0 is none. */
  last = 0;

  /**
   * The loop reads what statements are mostly made of itself (words, gaps, plain punctuation, quoted
   * names, whole numbers, `$1`) by the lexer's own tables, and leaves everything else to the lexer: a
   * call for each token made it twice as slow (bench row `sql-shape/miss-vs-regex`).
   */
  read(text: string, dialect: Dialect): void {
    const { lexer } = this;
    lexer.open(text, dialect);
    this.reset(4 * (lexer.length + 2));
    this.hasLiterals = this.hasParameters = false;
    const { parts } = this;
    const { bytes } = lexer;
    const nameQuote = dialect === 'mysql' || dialect === 'other' ? backtick : doubleQuote;
    let at = 0;
    let last = 0;
    let hashA = 0;
    let hashB = 0;
    for (;;) {
      let byte = bytes[at]!;
      // One space is the usual gap; asking for it alone is quicker than the loop's way round.
      if (byte === space) byte = bytes[++at]!;
      const type = startClasses[byte]!;
      let start = at;
      let kind = none;
      let a = seedA;
      let b = seedB;
      if (type === wordStart) {
        for (let low = foldedBytes[byte]!; low !== 0; low = foldedBytes[bytes[at]!]!) {
          const second = foldedBytes[bytes[at + 1]!]!;
          const pair = low | (second << 8);
          a = Math.imul(a ^ pair, 0x01000193);
          b = Math.imul(b ^ pair, 0x85ebca6b);
          at += second === 0 ? 1 : 2;
        }
        if (mayContinueWord[bytes[at]!] === 0) {
          kind = word;
          if (mayBeConstant[byte] !== 0 && at - start < 6 && this.isConstant(a, b, last)) {
            this.hasLiterals = true;
            kind = value;
          }
        }
      } else if (type === plain || (type === dot && isNameNext[bytes[at + 1]!] !== 0)) {
        at++;
        kind = punctuationKinds[byte]!;
        a = Math.imul(byte, 0x9e3779b1);
        b = byte;
      } else if (type === gap) {
        if (at >= lexer.length) break;
        at++;
        continue;
      } else if (byte === nameQuote) {
        a = quotedSeed;
        for (let inside = bytes[++at]!; inside !== byte && inside !== 0; inside = bytes[++at]!) {
          a = Math.imul(a ^ inside, 0x01000193);
          b = Math.imul(b ^ inside, 0x85ebca6b);
        }
        // Doubled quotes and names that never close are the lexer's.
        if (bytes[at] === byte && bytes[at + 1] !== byte) {
          at++;
          a ^= byte;
          kind = quotedName;
        }
      } else if (type === digit || byte === dollar) {
        at++;
        while (startClasses[bytes[at]!] === digit) at++;
        if (endsNumber[bytes[at]!] !== 0 && (type === digit || at > start + 1)) {
          kind = value;
          if (type === digit) this.hasLiterals = true;
          else this.hasParameters = true;
        }
      }
      if (kind === none) {
        lexer.end = start;
        const token = lexer.next();
        start = lexer.start;
        at = lexer.end;
        a = lexer.hashA;
        b = lexer.hashB;
        if (token === literalToken) {
          this.hasLiterals = true;
          kind = value;
        } else if (token === parameterToken) {
          this.hasParameters = true;
          kind = value;
        } else if (token === punctuationToken) {
          const { code } = lexer;
          const extra = at - start - 1;
          kind = punctuationKinds[code]!;
          a = kind === more ? moreA : Math.imul(code, 0x9e3779b1) + extra;
          b = kind === more ? moreB : code + (extra << 9);
        } else if (token === wordToken) {
          kind = this.isConstant(a, b, last) ? value : word;
          if (kind === value) this.hasLiterals = true;
        } else if (token === endToken) {
          break;
        } else {
          kind = quotedName;
        }
      }
      if (kind === value) {
        if (joinsValues[parts[last]!] !== 0) {
          last = this.joinedValue(start, last);
          hashA = parts[last + 2]!;
          hashB = parts[last + 3]!;
          continue;
        }
        a = valueA;
        b = valueB;
      }
      hashA = (Math.imul(hashA, baseA) + a) | 0;
      hashB = (Math.imul(hashB, baseB) + b) | 0;
      const isCast = parts[last] === cast;
      last += 4;
      parts[last] = kind;
      parts[last + 1] = start;
      parts[last + 2] = hashA;
      parts[last + 3] = hashB;
      if (kind >= open || (isCast && kind === word)) {
        last = this.folded(last);
        hashA = parts[last + 2]!;
        hashB = parts[last + 3]!;
      }
    }
    this.#finish(last);
  }

  #finish(lastPart: number): void {
    const { parts } = this;
    let last = lastPart;
    while (last > 0 && parts[last] === Part.semicolon) last -= 4;
    this.last = last;
    this.hashA = mixed(parts[last + 2]! ^ last);
    this.hashB = mixed(parts[last + 3]! + last);
  }
}

/** The loop's own names: reading an imported or exported one costs a look-up each time. */
const gap = 0;
const wordStart = 1;
const digit = 2;
const plain = 3;
const dot = 5;
const startClasses = startClass;
const foldedBytes = folded;
const seedA = wordSeedA;
const seedB = wordSeedB;
const word: number = Part.word;
const quotedName: number = Part.quotedName;
const more: number = Part.more;
const open: number = Part.open;
const none: number = Part.none;
const value: number = Part.value;
const cast: number = Part.cast;
const endToken: number = TokenKind.end;
const wordToken: number = TokenKind.word;
const literalToken: number = TokenKind.literal;
const parameterToken: number = TokenKind.parameter;
const punctuationToken: number = TokenKind.punctuation;
const quotedSeed = quotedNameSeed;
const { doubleQuote, backtick, dollar, space } = Char;

/** Behind a word: a quote or `&` may make it a string's prefix, C2 and EF may belong to it. */
const mayContinueWord = new Uint8Array(256);
for (const byte of [Char.quote, Char.ampersand, 0xc2, 0xef]) mayContinueWord[byte] = 1;

/** Behind digits: what ends a plain number or a numbered parameter for sure. */
const endsNumber = folded.map((lower, byte) =>
  lower !== 0 || byte === Char.dot || byte === 0xc2 || byte === 0xef ? 0 : 1,
);

/** Behind a dot: what makes it plain punctuation, that is neither a digit nor a further dot. */
const isNameNext = startClass.map((type, byte) => (type === 2 || byte === Char.dot ? 0 : 1));

/** Parts that a value behind them may be joined with. */
const joinsValues = new Uint8Array(16);
for (const kind of [Part.sign, Part.value, Part.more, Part.comma]) joinsValues[kind] = 1;

/** First letters of `NULL`, `TRUE` and `FALSE`. */
const mayBeConstant = new Uint8Array(256);
for (const letter of 'NTFntf') mayBeConstant[letter.charCodeAt(0)] = 1;

const baseA: number = HashBase.a;
const baseB: number = HashBase.b;
const valueA: number = ValueHash.a;
const valueB: number = ValueHash.b;
const moreA: number = MoreHash.a;
const moreB: number = MoreHash.b;

const punctuationKinds = new Uint8Array(258).fill(Part.other);
punctuationKinds[Char.comma] = Part.comma;
punctuationKinds[Char.plus] = Part.sign;
punctuationKinds[Char.dash] = Part.sign;
punctuationKinds[Char.open] = Part.open;
punctuationKinds[Char.close] = Part.close;
punctuationKinds[Char.closeBracket] = Part.closeBracket;
punctuationKinds[Char.semicolon] = Part.semicolon;
punctuationKinds[castCode] = Part.cast;
punctuationKinds[moreCode] = Part.more;

/** Method: MurmurHash3's fmix32. */
function mixed(value: number): number {
  let mix = value ^ (value >>> 16);
  mix = Math.imul(mix, 0x85ebca6b);
  mix ^= mix >>> 13;
  mix = Math.imul(mix, 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}
