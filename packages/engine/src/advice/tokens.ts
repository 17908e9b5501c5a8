import { Scanner, TokenKind } from '../sql/scanner.ts';

/** A piece of a PostgreSQL statement that is rewritten piece by piece. */
export interface Token {
  readonly kind: number;
  readonly text: string;
  /** Upper case for words, otherwise as written. */
  readonly word: string;
  readonly spaceBefore: boolean;
}

/** White space of any length counts as one space. */
export function tokensOf(sql: string): Token[] {
  const scanner = new Scanner(sql, 'postgresql');
  const tokens: Token[] = [];
  let end = 0;
  while (scanner.next() !== TokenKind.end) {
    const text = sql.slice(scanner.start, scanner.end);
    const word = scanner.kind === TokenKind.word ? text.toUpperCase() : text;
    tokens.push({ kind: scanner.kind, text, word, spaceBefore: scanner.start > end });
    end = scanner.end;
  }
  return tokens;
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

/** The places of a word outside all parentheses. */
export function placesOf(tokens: readonly Token[], word: string): number[] {
  const places: number[] = [];
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.text === '(') depth++;
    else if (token.text === ')') depth--;
    else if (depth === 0 && token.word === word) places.push(at);
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
