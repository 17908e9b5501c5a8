import { hash64 } from '../hash.ts';
import { Scanner, TokenKind } from './scanner.ts';
import type { Dialect } from './scanner.ts';

/**
 * What a statement is for. Only `query` counts as data access; the others are the connection's own
 * business (`BEGIN`, `SET`, `SELECT 1`).
 */
export type StatementKind = 'query' | 'transaction' | 'session' | 'ping';

/** A statement without literals, comments, case and list lengths; interned, so `===` compares. */
export interface QueryShape {
  /** 16 hexadecimal digits of `text`. */
  readonly hash: string;
  /** Lower-cased outside quotes; every value is `?`, a list of two or more `?+`. */
  readonly text: string;
  readonly kind: StatementKind;
  /** Upper case: `SELECT`, `INSERT`, …; the main verb of a `WITH`. Empty for an empty text. */
  readonly operation: string;
  /** Tables in order of appearance, as written. */
  readonly tables: readonly string[];
  /** Low-cardinality name: operations and their tables, at most 255 characters. */
  readonly summary: string;
  readonly dialect: Dialect;
  /** True when the statement holds a parameter or a literal, so that two runs may differ. */
  readonly hasValues: boolean;
}

/** One statement text as an application sent it. */
export interface Statement {
  readonly shape: QueryShape;
  /** Literals replaced by `?` and comments removed, otherwise as written: safe to export. */
  readonly exportText: string;
}

/**
 * Reads a statement once. `text` may be anything, also cut off in the middle; never throws.
 * Cost: linear in the length of `text`.
 */
export function readStatement(text: string, dialect: Dialect): Statement {
  const scanner = new Scanner(text, dialect);
  const shape = new ShapeWriter();
  const summary = new SummaryWriter();
  const safe = new SafeText(text);
  while (scanner.next() !== TokenKind.end) {
    const { kind, start, end } = scanner;
    safe.take(kind, start, end, scanner.afterComment);
    const token = text.slice(start, end);
    summary.take(kind, token);
    shape.take(kind, kind === TokenKind.word ? token.toLowerCase() : token);
  }
  const shapeText = shape.text();
  const operation = summary.operation();
  return {
    exportText: safe.text(scanner.afterComment),
    shape: {
      hash: hash64(shapeText),
      text: shapeText,
      kind: kindOf(shapeText, operation, summary.tables.length),
      operation,
      tables: summary.tables,
      summary: summary.text(),
      dialect,
      hasValues: shape.hasValues,
    },
  };
}

const transactionVerbs = new Set([
  'BEGIN',
  'START',
  'COMMIT',
  'END',
  'ROLLBACK',
  'ABORT',
  'SAVEPOINT',
  'RELEASE',
  'PREPARE',
]);
const sessionVerbs = new Set([
  'SET',
  'RESET',
  'SHOW',
  'DISCARD',
  'LISTEN',
  'UNLISTEN',
  'USE',
  'PRAGMA',
  'DEALLOCATE',
]);

function kindOf(shapeText: string, operation: string, tableCount: number): StatementKind {
  if (transactionVerbs.has(operation)) return 'transaction';
  if (sessionVerbs.has(operation)) return 'session';
  if (tableCount === 0 && (shapeText === 'select ?' || shapeText === 'select ? ;')) return 'ping';
  return 'query';
}

/**
 * The text for export. Untouched text is handed back as the very string that came in, so the usual
 * parameterised statement costs nothing here.
 */
class SafeText {
  readonly #text: string;
  #out = '';
  #copied = 0;
  #last = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(kind: number, start: number, end: number, afterComment: boolean): void {
    if (afterComment) {
      this.#out += this.#text.slice(this.#copied, this.#last) + (this.#last === 0 ? '' : ' ');
      this.#copied = start;
    }
    if (kind === TokenKind.literal) {
      this.#out += `${this.#text.slice(this.#copied, start)}?`;
      this.#copied = end;
    }
    this.#last = end;
  }

  text(endsWithComment: boolean): string {
    if (this.#copied === 0 && !endsWithComment) return this.#text;
    const stop = endsWithComment ? this.#last : this.#text.length;
    return this.#out + this.#text.slice(this.#copied, stop);
  }
}

/** Joins tokens with one space where two words meet, folds value lists as they close. */
class ShapeWriter {
  hasValues = false;
  #parts: string[] = [];

  take(kind: number, token: string): void {
    const parts = this.#parts;
    if (kind === TokenKind.literal || kind === TokenKind.parameter) {
      this.hasValues = true;
      if (isSign(parts.at(-1)) && !isOperand(parts.at(-2))) parts.pop();
      if (parts.at(-1) === ',' && isValue(parts.at(-2))) {
        parts.pop();
        parts[parts.length - 1] = '?+';
      } else {
        parts.push('?');
      }
      return;
    }
    parts.push(token);
    if (token === ')') this.#foldRows();
  }

  /** `(?+), (?+)` becomes `(?+), ...`: one row differs from many, two rows do not from three. */
  #foldRows(): void {
    const parts = this.#parts;
    const end = parts.length;
    const isRow = parts[end - 3] === '(' && isValue(parts[end - 2]);
    if (!isRow || parts[end - 4] !== ',') return;
    if (parts[end - 5] === '...') {
      parts.length = end - 4;
    } else if (parts[end - 5] === ')' && isValue(parts[end - 6]) && parts[end - 7] === '(') {
      parts.length = end - 3;
      parts.push('...');
    }
  }

  text(): string {
    let out = '';
    let previous = '';
    for (const part of this.#parts) {
      if (out !== '' && needsSpace(previous, part)) out += ' ';
      out += part;
      previous = part;
    }
    return out;
  }
}

function isValue(part: string | undefined): boolean {
  return part === '?' || part === '?+';
}

function isSign(part: string | undefined): boolean {
  return part === '-' || part === '+';
}

/** Whether a sign after this part would be binary. */
function isOperand(part: string | undefined): boolean {
  if (part === undefined) return false;
  return (
    isValue(part) || part === ')' || part === ']' || (/^["`\w]/.test(part) && !keywords.has(part))
  );
}

/** Words behind which a minus is a sign, not a subtraction. */
const keywords = new Set([
  'select',
  'where',
  'and',
  'or',
  'not',
  'in',
  'values',
  'set',
  'limit',
  'offset',
  'between',
  'by',
  'when',
  'then',
  'else',
  'case',
  'like',
  'ilike',
  'is',
  'on',
  'having',
  'returning',
  'from',
]);

function needsSpace(previous: string, part: string): boolean {
  if (part === ',' || part === ')' || part === '.' || part === ';' || part === ']') return false;
  if (previous === '(' || previous === '.' || previous === '[' || previous === '::') return false;
  return part !== '::' && !(part === '(' && isFunctionName(previous)) && part !== '[';
}

function isFunctionName(part: string): boolean {
  return /^[\w"]/.test(part) && !spacedBeforeParenthesis.has(part);
}

const spacedBeforeParenthesis = new Set([
  ...keywords,
  'into',
  'as',
  'exists',
  'join',
  'over',
  'using',
  'any',
  'all',
]);

/** Operations and the tables that follow them, as far as a walk without a grammar can tell. */
class SummaryWriter {
  readonly tables: string[] = [];
  #words: string[] = [];
  #isFirst = true;
  /** Depth of parentheses, and whether a WITH still waits for its main verb at depth 0. */
  #depth = 0;
  #operation = '';
  #isWith = false;
  #commonNames = new Set<string>();
  #previousWord = '';
  /** 0 no table expected, 1 expected, 2 read and a dot or a comma may follow. */
  #table = 0;
  #name = '';
  #canList = false;

  take(kind: number, token: string): void {
    if (kind === TokenKind.word || kind === TokenKind.quotedName) {
      this.#takeName(kind, token);
    } else {
      this.#takeOther(token);
    }
  }

  #takeName(kind: number, token: string): void {
    if (this.#table === 1) {
      const isFiller = kind === TokenKind.word && fillers.has(token.toUpperCase());
      if (isFiller) return;
      this.#name += token;
      this.#table = 2;
      this.#previousWord = token;
      return;
    }
    this.#endTable();
    if (kind !== TokenKind.word) {
      this.#previousWord = token;
      return;
    }
    this.#takeWord(token.toUpperCase(), token);
  }

  #takeWord(word: string, token: string): void {
    if (this.#isFirst) {
      this.#isFirst = false;
      this.#isWith = word === 'WITH';
      this.#operation = word;
      if (!this.#isWith) this.#words.push(word);
    } else if (word === 'AS' && this.#isWith) {
      this.#commonNames.add(this.#previousWord.toLowerCase());
    } else if (
      verbs.has(word) &&
      !(word === 'UPDATE' && rowLockWords.has(this.#previousWord.toUpperCase()))
    ) {
      if (this.#isWith && this.#depth === 0) {
        this.#operation = word;
        this.#isWith = false;
      }
      this.#words.push(word);
    }
    const follows = tableFollows(word, this.#previousWord.toUpperCase());
    if (follows) {
      this.#table = 1;
      this.#canList = word === 'FROM';
    }
    this.#previousWord = token;
  }

  #takeOther(token: string): void {
    if (token === '.' && this.#table === 2) {
      this.#name += '.';
      this.#table = 1;
      return;
    }
    if (token === '(' && this.#table === 2 && this.#previousWord !== '' && this.#canList) {
      // A function in FROM is no table.
      this.#name = '';
    }
    this.#endTable();
    if (token === ',' && this.#canList && this.#depth === 0) this.#table = 1;
    if (token === '(') this.#depth++;
    if (token === ')') this.#depth--;
    if (token === '(' && this.#table === 1) this.#table = 0;
  }

  #endTable(): void {
    const name = this.#name;
    this.#table = 0;
    if (name === '') return;
    this.#name = '';
    if (this.#commonNames.has(name.toLowerCase())) return;
    if (!this.tables.includes(name)) this.tables.push(name);
    this.#words.push(name);
  }

  operation(): string {
    return this.#operation;
  }

  text(): string {
    this.#endTable();
    return this.#words.join(' ').slice(0, 255).trimEnd();
  }
}

const verbs = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'REPLACE']);
const fillers = new Set(['ONLY', 'LATERAL', 'TABLE', 'IF', 'EXISTS', 'NOT']);
const rowLockWords = new Set(['FOR', 'DO', 'ON', 'KEY']);

function tableFollows(word: string, previous: string): boolean {
  switch (word) {
    case 'FROM':
      // EXTRACT(… FROM …), IS DISTINCT FROM …
      return previous !== 'DISTINCT' && previous !== 'YEAR' && previous !== 'EPOCH';
    case 'JOIN':
    case 'INTO':
      return true;
    case 'UPDATE':
      return !rowLockWords.has(previous);
    case 'TABLE':
      return (
        previous === 'TRUNCATE' ||
        previous === 'CREATE' ||
        previous === 'DROP' ||
        previous === 'ALTER'
      );
    default:
      return false;
  }
}
