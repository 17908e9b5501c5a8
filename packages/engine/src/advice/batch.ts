import { Scanner, TokenKind } from '../sql/scanner.ts';
import type { Statement } from '../sql/statement.ts';
import type { Advice } from '../types.ts';

/**
 * What to write instead of a loop over `statement`: one statement for all keys where that is safe
 * to say from the text alone, else a sentence. Never throws. For PostgreSQL:
 * - a read or delete with one value, compared by `=`: `= ANY($1)`, the key selected too;
 * - a one-row insert, or an update by key: the rows as one JSON array, whose columns take their
 *   types from the table (`jsonb_populate_recordset`), so it can be pasted without knowing them.
 */
export function batchAdvice(statement: Statement): Advice {
  const { operation, dialect } = statement.shape;
  const rewrite = dialect === 'postgresql' ? rewriters[operation] : undefined;
  const batched = rewrite?.(tokensOf(statement.exportText)) ?? null;
  return { text: sentences[operation] ?? fallback, statement: batched };
}

const fallback = 'Collect the keys first and send one statement for all of them.';
const sentences: Readonly<Record<string, string>> = {
  SELECT: 'Collect the keys first and fetch all rows in one query, then group them by key in code.',
  DELETE: 'Delete all keys in one statement.',
  INSERT: 'Insert all rows in one statement; $1 is the array of rows as JSON.',
  UPDATE: 'Update all rows in one statement; $1 is the array of rows as JSON.',
};

interface Token {
  readonly kind: number;
  readonly text: string;
  /** Upper case for words, otherwise as written. */
  readonly word: string;
  readonly spaceBefore: boolean;
}

const rewriters: Readonly<Record<string, (tokens: Token[]) => string | null>> = {
  SELECT: (tokens) => anyOf(tokens, true),
  DELETE: (tokens) => anyOf(tokens, false),
  INSERT: rowsInserted,
  UPDATE: rowsUpdated,
};

/** Words that give a query another meaning for many keys than for one. */
const refused = new Set([
  'LIMIT',
  'OFFSET',
  'FETCH',
  'DISTINCT',
  'GROUP',
  'HAVING',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'WITH',
  'OVER',
  'FOR',
  'OR',
  'NOT',
  'COUNT',
  'SUM',
  'MIN',
  'MAX',
  'AVG',
  'ARRAY_AGG',
  'STRING_AGG',
  'JSON_AGG',
  'JSONB_AGG',
  'BOOL_AND',
  'BOOL_OR',
  'EVERY',
  'EXISTS',
  'CASE',
  'RANDOM',
  'NEXTVAL',
]);

function anyOf(tokens: Token[], isRead: boolean): string | null {
  if (tokens.some(({ word }) => refused.has(word))) return null;
  if (tokens.filter(({ word }) => word === 'SELECT').length > 1) return null;
  const values = tokens.flatMap((token, at) => (isValue(token) ? [at] : []));
  const at = values[0];
  if (at === undefined || values.length !== 1 || tokens[at - 1]?.text !== '=') return null;
  if (!isAtTopOfWhere(tokens, at)) return null;
  const column = columnEndingAt(tokens, at - 2);
  if (column === null) return null;
  const changed = tokens.with(at, { ...tokens[at]!, text: 'ANY($1)' });
  return textOf(isRead ? withKeySelected(changed, column) : changed);
}

function isAtTopOfWhere(tokens: readonly Token[], at: number): boolean {
  let depth = 0;
  let isInWhere = false;
  for (const { text, word } of tokens.slice(0, at)) {
    if (text === '(') depth++;
    if (text === ')') depth--;
    if (depth === 0 && word === 'WHERE') isInWhere = true;
    if (depth === 0 && word === 'ORDER') isInWhere = false;
  }
  return depth === 0 && isInWhere;
}

/** `id` or `m.id`, in its own tokens; null when something else ends there. */
function columnEndingAt(tokens: readonly Token[], end: number): string | null {
  const name = tokens[end];
  if (name === undefined || !isName(name)) return null;
  const qualifier = tokens[end - 2];
  if (tokens[end - 1]?.text !== '.') return name.text;
  return qualifier !== undefined && isName(qualifier) ? `${qualifier.text}.${name.text}` : null;
}

/** The key is appended, never put first, because `ORDER BY 1` counts columns. */
function withKeySelected(tokens: Token[], column: string): Token[] {
  const from = tokens.findIndex(({ word }) => word === 'FROM');
  const selected = tokens.slice(1, from);
  const bare = column.split('.').at(-1)!;
  const has = selected.some(
    ({ text }, at) =>
      (text === '*' && selected[at - 1]?.text !== '(') ||
      (text === bare && selected[at + 1]?.text !== '.' && selected[at - 1]?.word !== 'AS'),
  );
  if (from < 0 || has) return tokens;
  const key: Token[] = [word(',', false), word(column, true)];
  return tokens.toSpliced(from, 0, ...key);
}

/** INSERT INTO t (a, b) VALUES ($1, $2) */
function rowsInserted(tokens: Token[]): string | null {
  const into = tokens.findIndex((token) => token.word === 'INTO');
  const open = tokens.findIndex(({ text }) => text === '(');
  const table = textOf(tokens.slice(into + 1, open)).trim();
  const close = tokens.findIndex(({ text }) => text === ')');
  if (into < 0 || open < 0 || tokens[close + 1]?.word !== 'VALUES' || !isTableName(table))
    return null;
  const columns = tokens.slice(open + 1, close).filter(({ text }) => text !== ',');
  const end = tokens.findIndex(({ text }, at) => at > close + 2 && text === ')');
  const values = tokens.slice(close + 3, end).filter(({ text }) => text !== ',');
  if (values.length !== columns.length || !values.every(isValue)) return null;
  if (tokens[end + 1]?.text === ',') return null;
  const names = columns.map(({ text }) => text).join(', ');
  const rest = textOf(tokens.slice(end + 1));
  return `INSERT INTO ${table} (${names}) SELECT ${names} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)${rest}`;
}

/** UPDATE t SET a = $1, b = $2 WHERE id = $3 */
function rowsUpdated(tokens: Token[]): string | null {
  const text = textOf(tokens).trim().replace(/;$/, '');
  const parts = /^UPDATE\s+([\w."]+)\s+SET\s+(.+?)\s+WHERE\s+([\w."]+)\s*=\s*(\$\d+|\?)$/is.exec(
    text,
  );
  if (parts === null) return null;
  const [, table = '', assignments = '', key = ''] = parts;
  const columns = assignments
    .split(',')
    .map((one) => /^\s*([\w"]+)\s*=\s*(?:\$\d+|\?)\s*$/.exec(one)?.[1]);
  if (columns.includes(undefined)) return null;
  const bareKey = key.split('.').at(-1)!;
  const sets = columns.map((column) => `${column} = row.${column}`).join(', ');
  return `UPDATE ${table} AS target SET ${sets} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) AS row WHERE target.${bareKey} = row.${bareKey}`;
}

function tokensOf(sql: string): Token[] {
  const scanner = new Scanner(sql, 'postgresql');
  const tokens: Token[] = [];
  let end = 0;
  while (scanner.next() !== TokenKind.end) {
    const text = sql.slice(scanner.start, scanner.end);
    tokens.push({
      kind: scanner.kind,
      text,
      word: scanner.kind === TokenKind.word ? text.toUpperCase() : text,
      spaceBefore: scanner.start > end,
    });
    end = scanner.end;
  }
  return tokens;
}

function textOf(tokens: readonly Token[]): string {
  return tokens
    .map(({ text, spaceBefore }, at) => (spaceBefore && at > 0 ? ` ${text}` : text))
    .join('');
}

function word(text: string, spaceBefore: boolean): Token {
  return { kind: TokenKind.word, text, word: text.toUpperCase(), spaceBefore };
}

function isValue({ kind }: Token): boolean {
  return kind === TokenKind.parameter || kind === TokenKind.literal;
}

function isName({ kind }: Token): boolean {
  return kind === TokenKind.word || kind === TokenKind.quotedName;
}

function isTableName(text: string): boolean {
  return /^[\w."]+$/.test(text);
}
