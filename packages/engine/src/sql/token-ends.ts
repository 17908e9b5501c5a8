import { Char, endOfWord, folded, isDigit, widthOfWideSpace } from './characters.ts';

/**
 * Where a token ends that began at `at`: `bytes` is a statement of `length` bytes with zeros behind
 * it, and every answer is at most `length`. What never closes ends at `length`; `length + 1` says so.
 * Each walks its token once.
 */

/** A doubled quote stays inside; a backslash protects the next character where the dialect says so. */
export function endOfQuoted(
  bytes: Uint8Array,
  length: number,
  at: number,
  quote: number,
  hasBackslash: boolean,
): number {
  for (let end = at + 1; end < length; end++) {
    const byte = bytes[end];
    if (hasBackslash && byte === Char.backslash) {
      end++;
    } else if (byte === quote) {
      if (bytes[end + 1] !== quote || end + 1 >= length) return end + 1;
      end++;
    }
  }
  return length + 1;
}

/** Integers, decimals, exponents, 0x…: letters right behind digits belong to the number, `..` does not. */
export function endOfNumber(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  for (;;) {
    end = endOfWord(bytes, end);
    const byte = bytes[end]!;
    if (byte === Char.dot && bytes[end + 1] !== Char.dot) {
      end++;
    } else {
      const isSign = byte === Char.dash || byte === Char.plus;
      const isExponent = isSign && folded[bytes[end - 1]!] === Char.letterE;
      if (!isExponent || !isDigit(bytes[end + 1]!)) return end;
      end++;
    }
  }
}

/** `.`, `..` of SQL Server, and `...`, which stands for more. */
export function endOfDots(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (bytes[end] === Char.dot) end++;
  return end;
}

export function endOfLine(bytes: Uint8Array, length: number, at: number): number {
  const end = bytes.indexOf(Char.lineFeed, at);
  return end < 0 || end > length ? length : end;
}

/** `at` stands behind the opening; inner openings count where comments nest. */
export function endOfBlockComment(
  bytes: Uint8Array,
  length: number,
  at: number,
  nests: boolean,
): number {
  let depth = 1;
  for (let end = at; end < length; end++) {
    const byte = bytes[end];
    if (byte === Char.star && bytes[end + 1] === Char.slash) {
      depth--;
      end++;
      if (depth === 0) return end + 1;
    } else if (nests && byte === Char.slash && bytes[end + 1] === Char.star) {
      depth++;
      end++;
    }
  }
  return length + 1;
}

/** Oracle's q'[it's]': ends at the closing delimiter and a quote; `quote` is the first quote. */
export function endOfOracleString(bytes: Uint8Array, length: number, quote: number): number {
  const opening = bytes[quote + 1]!;
  const closing = closings.get(opening) ?? opening;
  for (let end = quote + 2; end < length; end++) {
    if (bytes[end] === closing && bytes[end + 1] === Char.quote) return end + 2;
  }
  return length + 1;
}

const closings: ReadonlyMap<number, number> = new Map([
  [Char.openBracket, Char.closeBracket],
  [Char.openBrace, Char.closeBrace],
  [Char.open, Char.close],
  [Char.less, Char.greater],
]);

/**
 * `$tag$ … $tag$`; 0 when no such string starts at `at`. A tag holds no dollar, so a comparison
 * that fails never passes the next dollar, and the search stays linear.
 */
export function endOfDollarQuoted(bytes: Uint8Array, length: number, at: number): number {
  let tagEnd = at + 1;
  while (folded[bytes[tagEnd]!] !== 0 && bytes[tagEnd] !== Char.dollar) tagEnd++;
  if (bytes[tagEnd] !== Char.dollar) return 0;
  const tagLength = tagEnd + 1 - at;
  for (let end = tagEnd + 1; end + tagLength <= length; end++) {
    if (bytes[end] !== Char.dollar) continue;
    let matching = 1;
    while (matching < tagLength && bytes[end + matching] === bytes[at + matching]) matching++;
    if (matching === tagLength) return end + tagLength;
  }
  return length + 1;
}

/**
 * Python's `%s` and `%(name)s`; 0 when neither starts at `at`. A `%s` that touches the operand before
 * it (`a%s`) is the remainder by a column `s`, and so is one with a space inside (`a % s`); in a `%%`
 * the second sign starts nothing. Only what touches is asked, so that comments change no answer.
 */
export function endOfFormatParameter(bytes: Uint8Array, at: number): number {
  if (bytes[at - 1] === Char.percent) return 0;
  const isNamed = bytes[at + 1] === Char.open;
  if (!isNamed && (bytes[at + 1] !== Char.letterS || touchesOperand(bytes, at))) return 0;
  let letter = at + 1;
  if (isNamed) {
    const close = endOfWord(bytes, at + 2);
    if (close === at + 2 || bytes[close] !== Char.close) return 0;
    letter = close + 1;
    if (bytes[letter] !== Char.letterS) return 0;
  }
  return endOfWord(bytes, letter) === letter + 1 ? letter + 1 : 0;
}

/** Oracle's `:1`; 0 in slices (`a[1:2]`, `a[:2]`) and where more than digits follows the colon. */
export function endOfNumberedParameter(bytes: Uint8Array, at: number): number {
  const before = bytes[at - 1];
  if (before === Char.openBracket || before === Char.colon || touchesOperand(bytes, at)) return 0;
  let end = at + 1;
  while (isDigit(bytes[end]!)) end++;
  const isWhole = end > at + 1 && bytes[end] !== Char.dot && endOfWord(bytes, end) === end;
  return isWhole ? end : 0;
}

/** Whether a name, value or closing ends right before `at`; `?` stands for a literal that was one. */
function touchesOperand(bytes: Uint8Array, at: number): boolean {
  if (at === 0) return false;
  const before = bytes[at - 1]!;
  if (operandEnds.has(before)) return true;
  if (folded[before] === 0) return false;
  // The last byte of a wide space is none of an operand.
  return widthOfWideSpace(bytes, at - 2) !== 2 && widthOfWideSpace(bytes, at - 3) !== 3;
}

const operandEnds: ReadonlySet<number> = new Set([
  Char.quote,
  Char.doubleQuote,
  Char.backtick,
  Char.close,
  Char.closeBracket,
  Char.question,
  Char.dot,
]);
