import { hash64 } from '../hash.ts';
import { SafeText } from './safe-text.ts';
import { Scanner, TokenKind } from './scanner.ts';
import type { Dialect } from './scanner.ts';
import { ShapeWriter } from './shape.ts';
import { SummaryWriter } from './summary.ts';

/**
 * What a statement is for. Only `query` counts as data access; the others are the connection's own
 * business (`BEGIN`, `SET`, `SELECT 1`).
 */
export type StatementKind = 'query' | 'transaction' | 'session' | 'ping';

/** A statement without literals, comments, case and list lengths; interned, so `===` compares. */
export interface QueryShape {
  /** 16 hexadecimal digits of `text`. */
  readonly hash: string;
  /** Lower-cased outside quotes; every value is `?`, a list of two or more `?, ...`. */
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
    const { kind } = scanner;
    const token = text.slice(scanner.start, scanner.end);
    summary.take(kind, token);
    const isSigned = shape.take(kind, kind === TokenKind.word ? token.toLowerCase() : token);
    safe.take(scanner, isSigned);
  }
  const shapeText = shape.text();
  const summaryText = summary.text();
  const { operation, tables } = summary;
  return {
    exportText: safe.text(scanner.afterComment),
    shape: {
      hash: hash64(shapeText),
      text: shapeText,
      kind: kindOf(shapeText, operation),
      operation,
      tables,
      summary: summaryText,
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
  'PREPARE',
  'DEALLOCATE',
  'CLOSE',
]);

function kindOf(shapeText: string, operation: string): StatementKind {
  if (transactionVerbs.has(operation)) return 'transaction';
  if (sessionVerbs.has(operation)) {
    return shapeText.startsWith('prepare transaction ') ? 'transaction' : 'session';
  }
  // Drivers also send an empty text, or a comment alone.
  return operation === '' || pings.test(shapeText) ? 'ping' : 'query';
}

const pings = /^select \?(?: as [\w"`]+)?(?: from dual)?$/;
