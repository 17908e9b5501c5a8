import { forEachToken, TokenKind } from '../sql/scanner.ts';
import type { Dialect } from '../sql/scanner.ts';

/** A piece of a statement that is rewritten piece by piece. */
export interface Token {
  readonly kind: number;
  readonly text: string;
  /** Upper case for words, otherwise as written; the AND of a BETWEEN is `BETWEEN_AND`. */
  readonly word: string;
  readonly spaceBefore: boolean;
  /** Parentheses and brackets around it; they themselves count as outside. */
  readonly depth: number;
}

/**
 * White space of any length counts as one space. The AND of a BETWEEN joins no conditions, so it
 * gets a word of its own; so does `IS DISTINCT FROM`, whose FROM names no table.
 */
export function tokensOf(sql: string, dialect: Dialect = 'postgresql'): Token[] {
  const tokens: Token[] = [];
  /** How many BETWEEN at each depth still lack their AND. */
  const open: number[] = [0];
  let end = 0;
  forEachToken(sql, dialect, ({ kind, start, end: next }) => {
    const text = sql.slice(start, next);
    let word = kind === TokenKind.word ? text.toUpperCase() : text;
    const isPunctuation = kind === TokenKind.punctuation;
    if (isPunctuation && (text === ')' || text === ']') && open.length > 1) open.pop();
    const depth = open.length - 1;
    if (isPunctuation && (text === '(' || text === '[')) open.push(0);
    if (word === 'BETWEEN') {
      open[depth]!++;
    } else if (word === 'AND' && open[depth]! > 0) {
      open[depth]!--;
      word = 'BETWEEN_AND';
    } else if (word === 'FROM' && tokens.at(-1)?.word === 'DISTINCT') {
      word = 'DISTINCT_FROM';
    }
    tokens.push({ kind, text, word, spaceBefore: start > end, depth });
    end = next;
  });
  return tokens;
}

/** Without the semicolons at the end. */
export function withoutEnd(tokens: readonly Token[]): readonly Token[] {
  let end = tokens.length;
  while (end > 0 && tokens[end - 1]!.text === ';') end--;
  return end === tokens.length ? tokens : tokens.slice(0, end);
}

export function textOf(tokens: readonly Token[]): string {
  return tokens
    .map(({ text, spaceBefore }, at) => (spaceBefore && at > 0 ? ` ${text}` : text))
    .join('');
}

/** A parameter, or a literal (which in an exported statement is a `?`). */
export function isValue(token: Token | undefined): boolean {
  return token?.kind === TokenKind.parameter || token?.kind === TokenKind.literal;
}

export function isName(token: Token | undefined): boolean {
  return token?.kind === TokenKind.word || token?.kind === TokenKind.quotedName;
}

/** Names that mean the same have the same identity: `Users`, `users` and `"users"`. */
export function identityOf({ kind, text }: Token): string {
  return kind === TokenKind.quotedName ? text.slice(1, -1) : text.toLowerCase();
}

/** The places of a word outside all parentheses; `tokens` may be a part of a statement. */
export function placesOf(tokens: readonly Token[], word: string): number[] {
  const places: number[] = [];
  let outside = Infinity;
  for (const { depth } of tokens) outside = Math.min(outside, depth);
  for (const [at, token] of tokens.entries()) {
    if (token.depth === outside && token.word === word) places.push(at);
  }
  return places;
}

/** Pieces between the commas outside all parentheses. */
export function splitByComma(tokens: readonly Token[]): Token[][] {
  const commas = placesOf(tokens, ',');
  return [...commas, tokens.length].map((end, n) =>
    tokens.slice(n === 0 ? 0 : commas[n - 1]! + 1, end),
  );
}

/** Where the parenthesis that opens at `at` closes, or -1. */
export function closingOf(tokens: readonly Token[], at: number): number {
  const { depth } = tokens[at]!;
  for (let end = at + 1; end < tokens.length; end++) {
    if (tokens[end]!.depth === depth) return tokens[end]!.text === ')' ? end : -1;
  }
  return -1;
}

/** Where the parenthesis that closes at `at` opens, or -1. */
export function openingOf(tokens: readonly Token[], at: number): number {
  const { depth } = tokens[at]!;
  for (let start = at - 1; start >= 0; start--) {
    if (tokens[start]!.depth === depth) return tokens[start]!.text === '(' ? start : -1;
  }
  return -1;
}
