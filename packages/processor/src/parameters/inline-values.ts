import { literalsOf } from '@spandrel/engine';
import type { Dialect } from '@spandrel/engine';
import { textItem } from './value-text.ts';

/** The values that stand in a statement itself. */
export interface InlineValues {
  /** In their order, as one text that equals that of the same values given as parameters. */
  readonly text: string;
  /** The same without those of limits and offsets; null when these are not all that is unknown. */
  readonly besideLimit: string | null;
  /** True when it has places for values that come from elsewhere. */
  readonly hasPlaceholders: boolean;
}

/** Longer statements are bulk writes; reading them again would hold up the request. */
const mostCharacters = 20_000;
const mostValueCharacters = 4000;

/** Null when they are not known: the statement is very long, holds much, or was cut off in a string. */
export function inlineValuesOf(sql: string, dialect: Dialect): InlineValues | null {
  if (sql.length > mostCharacters) return null;
  const { all, besideLimit, hasParameters } = literalsOf(sql, dialect);
  const text = textOf(all);
  if (text === null) return null;
  return {
    text,
    besideLimit: besideLimit === null ? null : textOf(besideLimit),
    hasPlaceholders: hasParameters,
  };
}

function textOf(literals: readonly string[]): string | null {
  let text = '';
  for (const literal of literals) {
    const value = valueOf(literal);
    if (value === null || text.length + value.length > mostValueCharacters) return null;
    text += textItem(value);
  }
  return text;
}

/** What a plain quoted string says; constants in lower case, others as they are written. Null for one that never closes. */
function valueOf(literal: string): string | null {
  const quote = literal.charAt(0);
  if (quote !== "'" && quote !== '"')
    return /^[a-z]+$/i.test(literal) ? literal.toLowerCase() : literal;
  if (literal.length < 2 || !literal.endsWith(quote)) return null;
  return literal.slice(1, -1).replaceAll(quote + quote, quote);
}
