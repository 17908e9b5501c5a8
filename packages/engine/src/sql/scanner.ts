import type { Dialect } from './dialect.ts';
import { Lexer, TokenKind } from './lexer.ts';

export { dialectOf } from './dialect.ts';
export type { Dialect } from './dialect.ts';
export { TokenKind } from './lexer.ts';

/**
 * The lexer for those who want pieces of the text: `start` and `end` (exclusive) count in the
 * text's own units. Comments are passed over, or tokens of their own when asked for. Never throws;
 * linear in the length of the text.
 */
export class Scanner {
  kind = 0;
  start = 0;
  end = 0;
  readonly #lexer: Lexer;
  /** How far the bytes were counted, in both measures. */
  #byte = 0;
  #unit = 0;

  constructor(sql: string, dialect: Dialect, givesComments = false) {
    this.#lexer = new Lexer(0, givesComments);
    this.#lexer.open(sql, dialect);
  }

  /** Moves to the next token and returns its kind; `TokenKind.end` at the end, again and again. */
  next(): number {
    const lexer = this.#lexer;
    this.kind = lexer.next();
    this.start = this.#unitAt(lexer.start);
    this.end = this.#unitAt(lexer.end);
    return this.kind;
  }

  /** True when a string, comment or quoted name never closed so far. */
  get isOpen(): boolean {
    return this.#lexer.isOpen;
  }

  #unitAt(byte: number): number {
    const { bytes, isAscii } = this.#lexer;
    if (isAscii) return byte;
    for (; this.#byte < byte; this.#byte++) {
      const unit = bytes[this.#byte]!;
      // Continuation bytes count nothing; four bytes are two units.
      if ((unit & 0xc0) !== 0x80) this.#unit += unit >= 0xf0 ? 2 : 1;
    }
    return this.#unit;
  }
}

/** The tokens of a text, end excluded. */
export function forEachToken(
  text: string,
  dialect: Dialect,
  visit: (scanner: Scanner) => void,
  givesComments = false,
): void {
  const scanner = new Scanner(text, dialect, givesComments);
  while (scanner.next() !== TokenKind.end) visit(scanner);
}
