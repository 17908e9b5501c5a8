import type { Dialect } from './dialect.ts';
import { Scanner, TokenKind } from './scanner.ts';

/** The values that stand in a statement itself, in order and as written. */
export interface Literals {
  /** Strings with their quotes, numbers with the minus before them, `TRUE`, `FALSE` and `NULL` as values. */
  readonly all: readonly string[];
  /** The same but those of limits and offsets; null when a parameter stands beside these. */
  readonly besideLimit: readonly string[] | null;
  /** True when values come from elsewhere, too. */
  readonly hasParameters: boolean;
}

/**
 * Two texts of one shape without parameters and with equal literals ask for the same. Never throws;
 * linear in the length of the text.
 */
export function literalsOf(text: string, dialect: Dialect): Literals {
  const all: string[] = [];
  const besideLimit: string[] = [];
  let hasParameters = false;
  let isUnknown = false;
  const scanner = new Scanner(text, dialect);
  let isLimit = false;
  let sign = '';
  let before = '';
  for (let kind = scanner.next(); kind !== TokenKind.end; kind = scanner.next()) {
    const token = text.slice(scanner.start, scanner.end);
    const isWord = kind === TokenKind.word;
    if (kind === TokenKind.parameter) {
      hasParameters = true;
      isUnknown ||= !isLimit;
    } else if (kind === TokenKind.literal || (isWord && isConstant(token, before))) {
      all.push(sign + token);
      if (!isLimit) besideLimit.push(sign + token);
    }
    if (isWord) isLimit = limiting.has(token.toLowerCase());
    else if (kind === TokenKind.punctuation) isLimit &&= token === ',' || token === '(';
    sign = signAfter(sign, token);
    before = token;
  }
  return { all, besideLimit: isUnknown ? null : besideLimit, hasParameters };
}

/** `FETCH FIRST 5 ROWS`, `FETCH NEXT 5 ROWS`, `TOP (5)`. */
const limiting = new Set(['limit', 'offset', 'first', 'next', 'top']);

/** Shapes leave out the sign of a number, so 5 and -5 are two values of one shape. */
function signAfter(sign: string, token: string): string {
  if (token === '-') return `${sign}-`;
  return token === '+' ? sign : '';
}

/** A value where one may stand, as in shapes: not in `IS NULL`, `NOT NULL`. */
function isConstant(word: string, before: string): boolean {
  if (word.length !== 4 && word.length !== 5) return false;
  return /^(?:true|false|null)$/i.test(word) && !/^(?:is|not)$/i.test(before);
}
