import { isName, isValue, placesOf, splitByComma, textOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/**
 * `INSERT INTO t (a, b) VALUES ($1, $2)` for many rows: they arrive as one JSON array, whose
 * columns take their types from the table, so it can be pasted without knowing them. What follows
 * the row (ON CONFLICT, RETURNING) stays, unless it holds values of its own: then null.
 */
export function insertOfRows(tokens: readonly Token[]): string | null {
  if (tokens[0]?.word !== 'INSERT' || tokens[1]?.word !== 'INTO') return null;
  const [values] = placesOf(tokens, 'VALUES');
  const open = tokens.findIndex(({ text }) => text === '(');
  const end = tokens.findIndex(({ text }, at) => at > (values ?? 0) && text === ')');
  if (values === undefined || open > values || end < 0) return null;
  const table = tokens.slice(2, open);
  const columns = splitByComma(tokens.slice(open + 1, values - 1));
  const row = splitByComma(tokens.slice(values + 2, end));
  const rest = tokens.slice(end + 1);
  if (!isTable(table) || columns.length !== row.length || rest[0]?.text === ',') return null;
  if (!columns.every((column) => column.length === 1 && isName(column[0]))) return null;
  if (!row.every((value) => value.length === 1 && isValue(value[0]))) return null;
  if (rest.some(isValue)) return null;
  const names = columns.map(textOf).join(', ');
  const into = textOf(table);
  return `INSERT INTO ${into} (${names}) SELECT ${names} FROM ${recordset(into)}${suffix(rest)}`;
}

/** `UPDATE t SET a = $1, b = $2 WHERE id = $3` for many rows, as above, at most one row a key. */
export function updateOfRows(tokens: readonly Token[]): string | null {
  const [set] = placesOf(tokens, 'SET');
  const [where] = placesOf(tokens, 'WHERE');
  if (tokens[0]?.word !== 'UPDATE' || set === undefined || where === undefined) return null;
  const table = tokens.slice(1, set);
  const end = tokens.at(-1)?.text === ';' ? -1 : undefined;
  const key = assignedColumn(unqualified(tokens.slice(where + 1, end), table));
  const columns = splitByComma(tokens.slice(set + 1, where)).map(assignedColumn);
  if (!isTable(table) || key === null || columns.includes(null) || columns.includes(key)) {
    return null;
  }
  const into = textOf(table);
  const sets = columns.map((column) => `${column} = batch.${column}`).join(', ');
  return `UPDATE ${into} AS target SET ${sets} FROM ${recordset(into)} AS batch WHERE target.${key} = batch.${key}`;
}

function recordset(table: string): string {
  return `jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
}

/** `column` of the tokens `column = value`; null for anything else. */
function assignedColumn(tokens: readonly Token[]): string | null {
  const [column, equals, value] = tokens;
  if (tokens.length !== 3 || !isName(column) || equals?.text !== '=' || !isValue(value))
    return null;
  return column!.text;
}

/** `t.id = $1` as `id = $1`, for the table `t`. */
function unqualified(tokens: readonly Token[], table: readonly Token[]): readonly Token[] {
  const isQualified = tokens[1]?.text === '.' && tokens[0]?.text === table.at(-1)?.text;
  return isQualified ? tokens.slice(2) : tokens;
}

/** `t` or `schema.t`, without an alias. */
function isTable(tokens: readonly Token[]): boolean {
  const isShape = tokens.length === 1 || (tokens.length === 3 && tokens[1]?.text === '.');
  return isShape && isName(tokens[0]) && isName(tokens.at(-1));
}

function suffix(tokens: readonly Token[]): string {
  if (tokens.length === 0) return '';
  return tokens[0]!.text === ';' ? textOf(tokens) : ` ${textOf(tokens)}`;
}
