import type { Dialect } from './dialect.ts';
import { partsOf, shapeTextOf } from './shape-text.ts';
import type { ShapePart } from './shape-text.ts';
import type { ShapeReader } from './shape.ts';
import { Part } from './parts.ts';
import { SummaryWriter } from './summary.ts';
import { isVolatile, locks, pages } from './traits.ts';
import { TokenKind } from './lexer.ts';

/**
 * What a statement is for. Only `query` counts as data access; the others are the connection's own
 * business (`BEGIN`, `SET`, `SELECT 1`).
 */
export type StatementKind = 'query' | 'transaction' | 'session' | 'ping';

/** A statement without literals, comments, case and list lengths; interned, so `===` compares. */
export interface QueryShape {
  /** 16 hexadecimal digits, because people read, paste and search them; equal exactly when `text` is. */
  readonly hash: string;
  /**
   * Lower-cased outside quotes; every value is `?`, a list of two or more `?, ...`. Arity is kept:
   * `= ?`, `= any (?)`, `in (?)` and `in (?, ...)` are four shapes, two and ten members are one.
   */
  readonly text: string;
  readonly kind: StatementKind;
  /** Upper case: `SELECT`, `INSERT`, …; the main verb of a `WITH`. Empty for an empty text. */
  readonly operation: string;
  /** Tables in order of appearance, as written. */
  readonly tables: readonly string[];
  /**
   * Tables whose rows are read, for comparing: without quotes, lower case unless quoted, with the
   * schema where it was written. Common tables (WITH) and functions are none.
   */
  readonly reads: readonly string[];
  /** Tables that are changed, created or dropped, named as in `reads`. */
  readonly writes: readonly string[];
  /** True for `FOR UPDATE`, `FOR SHARE`, `LOCK …` and their likes. */
  readonly locks: boolean;
  /**
   * True for a read of one page, chunk or cursor step: a cursor's `FETCH`, an offset (unless it
   * looks up by `= ?`: some ORMs write an offset below every read, so that only the values tell), or a
   * limit below an order whose first column is compared with `<` or `>`.
   */
  readonly pages: boolean;
  /** True where the same read may rightly give something else: `random()`, `now()`, `nextval(…)`. */
  readonly isVolatile: boolean;
  /** Low-cardinality name: operations, as first written, and their tables, at most 255 characters. */
  readonly summary: string;
  readonly dialect: Dialect;
  /** True when the statement holds a parameter or a literal, so that two runs may differ. */
  readonly hasValues: boolean;
}

/** Makes the shape that `reader` has just read from `text`. Linear in the parts of the shape. */
export function shapeOf(reader: ShapeReader, text: string, dialect: Dialect): QueryShape {
  const parts = partsOf(reader, text);
  const summary = new SummaryWriter(dialect);
  for (const part of parts) summary.take(tokenKindOf(part), part.text);
  const summaryText = summary.text();
  const shapeText = shapeTextOf(parts);
  const { operation } = summary;
  return {
    hash: hex(reader.hashA) + hex(reader.hashB),
    text: shapeText,
    kind: kindOf(parts, operation),
    operation,
    tables: summary.tables.map(ownCopy),
    reads: summary.reads.map(ownCopy),
    writes: summary.writes.map(ownCopy),
    locks: locks(parts),
    pages: pages(parts),
    isVolatile: isVolatile(parts),
    summary: summaryText,
    dialect,
    hasValues: parts.some(({ kind }) => kind === Part.value),
  };
}

function tokenKindOf({ kind }: ShapePart): number {
  if (kind === Part.word) return TokenKind.word;
  if (kind === Part.quotedName) return TokenKind.quotedName;
  return kind === Part.value ? TokenKind.parameter : TokenKind.punctuation;
}

/**
 * A piece of 13 characters or more keeps the whole text alive in V8, and a shape lives longer than
 * the text it came from.
 */
function ownCopy(piece: string): string {
  return piece.length < 13 ? piece : decoder.decode(encoder.encode(piece));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
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

function kindOf(parts: readonly ShapePart[], operation: string): StatementKind {
  if (transactionVerbs.has(operation)) return 'transaction';
  if (sessionVerbs.has(operation)) {
    const isTwoPhase = operation === 'PREPARE' && wordAt(parts, 1) === 'transaction';
    return isTwoPhase ? 'transaction' : 'session';
  }
  // Drivers also send an empty text, or a comment alone.
  return operation === '' || isPing(parts) ? 'ping' : 'query';
}

/** `SELECT 1`, `SELECT 1 AS name`, `SELECT 1 FROM dual`. */
function isPing(parts: readonly ShapePart[]): boolean {
  if (wordAt(parts, 0) !== 'select' || parts[1]?.kind !== Part.value) return false;
  let at = 2;
  if (wordAt(parts, at) === 'as') at += 2;
  if (wordAt(parts, at) === 'from' && wordAt(parts, at + 1) === 'dual') at += 2;
  return at === parts.length;
}

function wordAt(parts: readonly ShapePart[], at: number): string {
  return parts[at]?.word ?? '';
}
