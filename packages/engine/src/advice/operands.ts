import { isAggregate, isScalar } from './functions.ts';
import { isName, openingOf, textOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/** What a value is compared with: `a`, `t.a`, `lower(t.a)`, `count(*)`, each also with a cast. */
export interface Operand {
  /** Place of its first token. */
  readonly start: number;
  readonly text: string;
  /** The column in it; null for `count(*)`. */
  readonly column: Token | null;
  /** The table or alias written before the column. */
  readonly qualifier: Token | null;
  /** True when the operand is the column itself. */
  readonly isColumn: boolean;
}

/** The operand whose last token is at `end`; null for anything more involved. */
export function operandEndingAt(tokens: readonly Token[], end: number): Operand | null {
  const isCast = tokens[end - 1]?.text === '::' && isName(tokens[end]);
  const bare = isCast ? end - 2 : end;
  const operand = tokens[bare]?.text === ')' ? callEndingAt(tokens, bare) : columnAt(tokens, bare);
  if (operand === null || !isCast) return operand;
  return { ...operand, text: textOf(tokens.slice(operand.start, end + 1)), isColumn: false };
}

function callEndingAt(tokens: readonly Token[], end: number): Operand | null {
  const open = openingOf(tokens, end);
  const name = tokens[open - 1];
  if (open < 1 || !isName(name) || tokens[open - 2]?.text === '.') return null;
  if (!isScalar(name!.word) && !isAggregate(name!.word)) return null;
  const start = open - 1;
  const text = textOf(tokens.slice(start, end + 1));
  const isStar = end === open + 2 && tokens[open + 1]!.text === '*';
  if (isStar) return { start, text, column: null, qualifier: null, isColumn: false };
  const column = columnAt(tokens, end - 1);
  if (column === null || column.start !== open + 1) return null;
  return { ...column, start, text, isColumn: false };
}

function columnAt(tokens: readonly Token[], at: number): Operand | null {
  const column = tokens[at];
  if (!isName(column) || noColumns.has(column!.word)) return null;
  const isQualified = tokens[at - 1]?.text === '.';
  const qualifier = isQualified ? tokens[at - 2] : undefined;
  // With a schema before the table it cannot be found again by its alias.
  if (isQualified && (!isName(qualifier) || tokens[at - 3]?.text === '.')) return null;
  const start = isQualified ? at - 2 : at;
  const text = textOf(tokens.slice(start, at + 1));
  return { start, text, column: column!, qualifier: qualifier ?? null, isColumn: true };
}

/** Words that end an expression and are no columns. */
const noColumns = new Set([
  'ALL',
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
  'DEFAULT',
  'END',
  'FALSE',
  'ISNULL',
  'LOCALTIME',
  'LOCALTIMESTAMP',
  'NOT',
  'NOTNULL',
  'NULL',
  'SELECT',
  'SESSION_USER',
  'TRUE',
  'UNKNOWN',
  'USER',
  'WHERE',
]);
