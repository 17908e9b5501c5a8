import {
  Char,
  endOfWord,
  folded,
  isDigit,
  isWordStart,
  startClass,
  widthOfWideSpace,
} from './characters.ts';
import type { Dialect } from './dialect.ts';
import {
  endOfBlockComment,
  endOfDollarQuoted,
  endOfDots,
  endOfFormatParameter,
  endOfLine,
  endOfNumber,
  endOfNumberedParameter,
  endOfOracleString,
  endOfQuoted,
} from './token-ends.ts';

/** What a lexer stands on. */
export const TokenKind = Object.freeze({
  end: 0,
  /** Keyword or unquoted name, also dotted parts one by one. */
  word: 1,
  /** Name in double quotes, backticks or brackets. */
  quotedName: 2,
  /** String, number, or anything else that can carry data. */
  literal: 3,
  /** `$1`, `?`, `:name`, `:1`, `@p1`, `%s`, `%(name)s`. */
  parameter: 4,
  /** One character: operator, comma, parenthesis, …; also `::` and a run of dots. */
  punctuation: 5,
  /** Only where comments are asked for. */
  comment: 6,
});

/**
 * Walks a statement token by token, skipping white space and comments. It reads the bytes of UTF-8,
 * not the string: `charCodeAt` alone takes 2.7 ns a character, encoding at once and reading bytes
 * 1.0 ns (Node 24.21, bench row `sql-shape/miss`). One object serves many statements; `kind`,
 * `start` and `end` (in bytes, `end` exclusive) describe the current token. Never throws; a string,
 * comment or quoted name that never closes runs to the end of the text and counts as data, so a
 * text cut short loses data rather than leaking it. Linear in the length of the text.
 */
export class Lexer {
  kind = 0;
  start = 0;
  end = 0;
  /** Two 32-bit hashes of a word in lower case, or of a quoted name as written. */
  hashA = 0;
  hashB = 0;
  /** Of punctuation: its character code, `castCode` for `::`, `moreCode` for `...`. */
  code = 0;
  bytes: Uint8Array = noBytes;
  length = 0;
  /** True when every character is one byte, so that offsets in bytes are offsets in the text. */
  isAscii = true;
  /** True when a string, comment or quoted name never closed. */
  isOpen = false;
  /** True when a comment was passed. */
  hasComment = false;
  readonly #givesComments: boolean;
  #buffer: Uint8Array;
  #dialect: Dialect = 'other';
  #isLikeMysql = true;
  /** PostgreSQL: a string that goes on where E'…' ended, white space aside, keeps its backslashes. */
  #escapedUntil = -1;

  /** `bufferBytes` is kept for texts that fit; a longer one gets memory of its own while it is read. */
  constructor(bufferBytes = 0, givesComments = false) {
    this.#buffer = bufferBytes > 0 ? new Uint8Array(bufferBytes) : noBytes;
    this.#givesComments = givesComments;
  }

  open(text: string, dialect: Dialect): void {
    const room = 3 * text.length + sentinels;
    const bytes = room <= this.#buffer.length ? this.#buffer : new Uint8Array(room);
    const { written } = encoder.encodeInto(text, bytes);
    for (let at = written; at < written + sentinels; at++) bytes[at] = 0;
    this.bytes = bytes;
    this.length = written;
    this.isAscii = written === text.length;
    this.#dialect = dialect;
    this.#isLikeMysql = dialect === 'mysql' || dialect === 'other';
    this.isOpen = this.hasComment = false;
    this.#escapedUntil = -1;
    this.kind = this.start = this.end = 0;
  }

  /** Lets go of a long text's memory. */
  close(): void {
    this.bytes = noBytes;
    this.length = 0;
  }

  /** Moves to the next token and returns its kind; `TokenKind.end` at the end, again and again. */
  next(): number {
    const { bytes } = this;
    const types = startClasses;
    let at = this.end;
    for (;;) {
      const byte = bytes[at]!;
      const type = types[byte]!;
      if (type === 0) {
        if (at >= this.length) return this.#finish();
        at++;
        continue;
      }
      this.start = at;
      if (type === 1) return this.#readWord(at);
      if (type === 3) {
        this.code = byte;
        this.end = at + 1;
        return (this.kind = TokenKind.punctuation);
      }
      if (type === 2) return this.#token(TokenKind.literal, endOfNumber(bytes, at));
      const kind = this.#readSpecial(byte, at);
      if (kind !== skipped) return (this.kind = kind);
      at = this.end;
    }
  }

  /** A word, or a string with letters before its quote: E'…', B'…', X'…', N'…', U&'…', q'[…]'. */
  #readWord(from: number): number {
    const { bytes } = this;
    let at = from;
    const lowerCase = foldedBytes;
    let a = wordSeedA;
    let b = wordSeedB;
    for (;;) {
      for (let low = lowerCase[bytes[at]!]!; low !== 0; low = lowerCase[bytes[at]!]!) {
        const second = lowerCase[bytes[at + 1]!]!;
        const pair = low | (second << 8);
        a = Math.imul(a ^ pair, 0x01000193);
        b = Math.imul(b ^ pair, 0x85ebca6b);
        at += second === 0 ? 1 : 2;
      }
      const byte = bytes[at]!;
      if ((byte !== 0xc2 && byte !== 0xef) || widthOfWideSpace(bytes, at) > 0) {
        if (byte === Char.quote || byte === Char.ampersand) {
          const end = this.#endOfPrefixed(from, at);
          if (end > 0) return this.#token(TokenKind.literal, end);
        }
        break;
      }
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x85ebca6b);
      at++;
    }
    this.hashA = a;
    this.hashB = b;
    this.end = at;
    return (this.kind = TokenKind.word);
  }

  /** The end of a string whose prefix stands from `from` to `at`; 0 when the word is no prefix. */
  #endOfPrefixed(from: number, at: number): number {
    const { bytes, length } = this;
    const letter = folded[bytes[at - 1]!];
    const width = at - from;
    if (bytes[at] === Char.ampersand) {
      if (width !== 1 || letter !== Char.letterU || bytes[at + 1] !== Char.quote) return 0;
      return endOfQuoted(bytes, length, at + 1, Char.quote, this.#isLikeMysql);
    }
    const isOracle = this.#dialect === 'standard' || this.#dialect === 'other';
    if (isOracle && letter === Char.letterQ && width <= 2)
      return endOfOracleString(bytes, length, at);
    if (width !== 1) return 0;
    return this.#endOfString(at, letter === Char.letterE);
  }

  /** Whether nothing but white space stands between the end of an escaped string and `at`. */
  #continuesEscaped(at: number): boolean {
    if (this.#escapedUntil < 0) return false;
    for (let byte = this.#escapedUntil; byte < at; byte++) {
      if (startClasses[this.bytes[byte]!] === 0) continue;
      this.#escapedUntil = -1;
      return false;
    }
    return true;
  }

  #endOfString(at: number, isEscaped: boolean): number {
    const hasBackslash = isEscaped || this.#isLikeMysql;
    const end = endOfQuoted(this.bytes, this.length, at, Char.quote, hasBackslash);
    if (isEscaped) this.#escapedUntil = end;
    return end;
  }

  /** Everything but words, numbers and plain punctuation. */
  #readSpecial(byte: number, at: number): number {
    const { bytes, length } = this;
    const next = bytes[at + 1]!;
    switch (byte) {
      case Char.quote:
        return this.#token(TokenKind.literal, this.#endOfString(at, this.#continuesEscaped(at)));
      case Char.doubleQuote:
        return this.#isLikeMysql
          ? this.#token(TokenKind.literal, endOfQuoted(bytes, length, at, byte, true))
          : this.#readQuotedName(at, byte);
      case Char.backtick:
        return this.#readQuotedName(at, byte);
      case Char.openBracket:
        if (this.#dialect === 'mssql') return this.#readQuotedName(at, Char.closeBracket);
        break;
      case Char.question:
        return this.#token(TokenKind.parameter, at + 1);
      case Char.dollar:
        return this.#readDollar(at);
      case Char.dot:
        return this.#readDot(at, next);
      case Char.colon:
        if (next === Char.colon) return this.#punctuation(castCode, at + 2);
        return this.#readColon(at);
      case Char.percent: {
        const end = endOfFormatParameter(bytes, at);
        return end === 0 ? this.#punctuation(byte, at + 1) : this.#token(TokenKind.parameter, end);
      }
      case Char.at:
        if (!isWordStart(bytes, at + 1)) break;
        if (this.#dialect === 'mysql') return this.#readMarked(at);
        return this.#token(TokenKind.parameter, endOfWord(bytes, at + 1));
      case Char.dash:
        if (next === Char.dash) return this.#comment(at, endOfLine(bytes, length, at));
        break;
      case Char.hash:
        if (this.#isLikeMysql) return this.#comment(at, endOfLine(bytes, length, at));
        if (this.#dialect === 'mssql' && isWordStart(bytes, at + 1)) return this.#readMarked(at);
        break;
      case Char.slash:
        if (next !== Char.star) break;
        return this.#comment(at, endOfBlockComment(bytes, length, at + 2, this.#nestsComments()));
      case 0xc2:
      case 0xef:
        return this.#readWide(at);
    }
    return this.#punctuation(byte, at + 1);
  }

  /** `:name`, and Oracle's `:1`, which in PostgreSQL could only be the end of a slice, `a[1 :2]`. */
  #readColon(at: number): number {
    const { bytes } = this;
    let end = 0;
    if (isWordStart(bytes, at + 1)) end = endOfWord(bytes, at + 1);
    else if (this.#dialect !== 'postgresql') end = endOfNumberedParameter(bytes, at);
    return end === 0
      ? this.#punctuation(Char.colon, at + 1)
      : this.#token(TokenKind.parameter, end);
  }

  /** MySQL's `@name` and SQL Server's `#name`: a variable or a table of the session, so a name. */
  #readMarked(at: number): number {
    const kind = this.#readWord(at + 1);
    this.hashA ^= sessionMark;
    return kind;
  }

  #readWide(at: number): number {
    const width = widthOfWideSpace(this.bytes, at);
    if (width === 0) return this.#readWord(at);
    this.end = at + width;
    return skipped;
  }

  #readDot(at: number, next: number): number {
    if (isDigit(next)) return this.#token(TokenKind.literal, endOfNumber(this.bytes, at));
    const end = endOfDots(this.bytes, at);
    return this.#punctuation(end - at === 3 ? moreCode : Char.dot, end);
  }

  /** A doubled quote stays inside. A name that never closes is data: the text was cut off in it. */
  #readQuotedName(at: number, quote: number): number {
    const { bytes, length } = this;
    let a = quotedNameSeed;
    let b = wordSeedB;
    let end = at + 1;
    for (; end < length; end++) {
      const byte = bytes[end]!;
      if (byte === quote) {
        if (bytes[end + 1] !== quote) break;
        end++;
      }
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x85ebca6b);
    }
    if (end >= length) return this.#token(TokenKind.literal, length + 1);
    this.hashA = a ^ quote;
    this.hashB = b;
    this.start = at;
    this.end = end + 1;
    return (this.kind = TokenKind.quotedName);
  }

  /** `$1` is a parameter, `$tag$ … $tag$` a string. */
  #readDollar(at: number): number {
    const { bytes } = this;
    if (isDigit(bytes[at + 1]!)) {
      let end = at + 2;
      while (isDigit(bytes[end]!)) end++;
      return this.#token(TokenKind.parameter, end);
    }
    const end = endOfDollarQuoted(bytes, this.length, at);
    return end === 0 ? this.#punctuation(Char.dollar, at + 1) : this.#token(TokenKind.literal, end);
  }

  /** `end` beyond the text says that the token never closed. */
  #token(kind: number, end: number): number {
    if (end > this.length) this.isOpen = true;
    this.end = Math.min(end, this.length);
    return (this.kind = kind);
  }

  #punctuation(code: number, end: number): number {
    this.code = code;
    return this.#token(TokenKind.punctuation, end);
  }

  #comment(at: number, end: number): number {
    this.hasComment = true;
    if (end > this.length) this.isOpen = true;
    const isInString = this.#continuesEscaped(at);
    this.end = Math.min(end, this.length);
    if (isInString) this.#escapedUntil = this.end;
    return this.#givesComments ? (this.kind = TokenKind.comment) : skipped;
  }

  /** MySQL and SQLite end a comment at the first closing. */
  #nestsComments(): boolean {
    return this.#dialect !== 'mysql' && this.#dialect !== 'sqlite';
  }

  #finish(): number {
    this.start = this.end = this.length;
    return (this.kind = TokenKind.end);
  }
}

/** Codes of punctuation that is longer than one character. */
export const castCode = 256;
export const moreCode = 257;

const skipped = -1;
const sentinels = 4;
export const wordSeedA = 0x811c9dc5 | 0;
export const wordSeedB = 0x9747b28c | 0;
/** A quoted name is another part than the same word without quotes. */
export const quotedNameSeed = 0x51ed270b;
const sessionMark = 0x40404040;
const noBytes = new Uint8Array(0);
const encoder = new TextEncoder();
const startClasses = startClass;
const foldedBytes = folded;
