/** Characters with a meaning of their own; all are ASCII, so that a byte of UTF-8 is one of them or none. */
export const Char = {
  lineFeed: 10,
  space: 32,
  exclamation: 33,
  doubleQuote: 34,
  hash: 35,
  dollar: 36,
  percent: 37,
  ampersand: 38,
  quote: 39,
  open: 40,
  close: 41,
  star: 42,
  plus: 43,
  comma: 44,
  dash: 45,
  dot: 46,
  slash: 47,
  zero: 48,
  nine: 57,
  colon: 58,
  semicolon: 59,
  less: 60,
  equals: 61,
  greater: 62,
  question: 63,
  at: 64,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  underscore: 95,
  backtick: 96,
  letterE: 101,
  letterQ: 113,
  letterS: 115,
  letterU: 117,
  openBrace: 123,
  bar: 124,
  closeBrace: 125,
} as const;

/**
 * What a byte may begin: 0 white space, 1 a word, 2 a number, 3 punctuation of one character,
 * 4 what must be looked at more closely, 5 a dot. Bytes above 127 are parts of letters of other scripts,
 * except in a no-break space (C2 A0) and in a byte order mark (EF BB BF), hence 4 for C2 and EF.
 */
export const startClass = new Uint8Array(256);
/** A word's byte in lower case (ASCII only, as PostgreSQL folds names); 0 when a word ends there. */
export const folded = new Uint8Array(256);

const special = [
  Char.doubleQuote,
  Char.hash,
  Char.dollar,
  Char.percent,
  Char.quote,
  Char.dash,
  Char.slash,
  Char.colon,
  Char.question,
  Char.at,
  Char.openBracket,
  Char.backtick,
  0xc2,
  0xef,
];
for (let byte = 0; byte < 256; byte++) {
  const lower = byte >= 65 && byte <= 90 ? byte + 32 : byte;
  const isLetter = (lower >= 97 && lower <= 122) || byte === Char.underscore || byte > 127;
  const isDigit = byte >= Char.zero && byte <= Char.nine;
  startClass[byte] = byte <= Char.space ? 0 : isLetter ? 1 : isDigit ? 2 : 3;
  if (special.includes(byte)) startClass[byte] = 4;
  if (byte === Char.dot) startClass[byte] = 5;
  const isPart = isLetter || isDigit || byte === Char.dollar;
  folded[byte] = isPart && byte !== 0xc2 && byte !== 0xef ? lower : 0;
}

export function isDigit(byte: number): boolean {
  return byte >= Char.zero && byte <= Char.nine;
}

/** 2 or 3 when a no-break space or a byte order mark stands there, else 0. */
export function widthOfWideSpace(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0xc2) return bytes[at + 1] === 0xa0 ? 2 : 0;
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? 3 : 0;
}

export function isWordStart(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at]!;
  if (byte === 0xc2 || byte === 0xef) return widthOfWideSpace(bytes, at) === 0;
  return startClass[byte] === 1;
}

/** Where the word ends whose part or start stands at `at`. */
export function endOfWord(bytes: Uint8Array, at: number): number {
  let end = at;
  for (;;) {
    while (folded[bytes[end]!] !== 0) end++;
    const byte = bytes[end];
    if ((byte !== 0xc2 && byte !== 0xef) || widthOfWideSpace(bytes, end) > 0) return end;
    end++;
  }
}
