import { castAt } from './casts.ts';
import {
  closingOf,
  identityOf,
  isName,
  isValue,
  placesOf,
  splitByComma,
  textOf,
  withoutEnd,
} from './tokens.ts';
import type { Token } from './tokens.ts';
import { batchOf, Numbers, usesOurNames } from './unnest.ts';
import type { Batched } from './unnest.ts';
import type { ValueType } from './values.ts';

/** An `INSERT INTO table (columns) VALUES (items) rest` of one row. */
interface OneRow {
  readonly table: string;
  readonly columns: readonly Token[];
  readonly items: readonly (readonly Token[])[];
  /** ON CONFLICT, RETURNING. */
  readonly rest: readonly Token[];
}

/**
 * `INSERT INTO t (a, b) VALUES ($1, $2)` for many rows, which arrive as one array a column. Items
 * without a value stay as they are (`now()` is computed once), DEFAULT by leaving its column out. An
 * ON CONFLICT that assigns a value of the row again takes it from EXCLUDED. Null for other forms.
 * What no text shows: a trigger for each statement fires once instead of once a row.
 */
export function insertOfRows(tokens: readonly Token[]): Batched | null {
  const bare = withoutEnd(tokens);
  const row = oneRowOf(bare);
  if (row === null || usesOurNames(bare)) return null;
  const { table, rest } = row;
  const numbers = new Numbers(bare);
  const types = new Map<number, ValueType>();
  const columns: string[] = [];
  const items: string[] = [];
  for (const [at, item] of row.items.entries()) {
    const column = row.columns[at]!;
    if (item.length === 1 && item[0]!.word === 'DEFAULT') continue;
    columns.push(column.text);
    if (!item.some(isValue)) {
      items.push(textOf(item));
      continue;
    }
    const type = typeOf(item, { expression: column.text, from: table });
    if (type === null) return null;
    const number = numbers.of(item[0]!);
    if (!types.has(number)) types.set(number, type);
    items.push(`batch.v${number}`);
  }
  const suffix = withExcluded(rest, row);
  if (types.size === 0 || suffix === null) return null;
  const select = `SELECT ${items.join(', ')} FROM ${batchOf(types, false)}`;
  const statement = `INSERT INTO ${table} (${columns.join(', ')}) ${select}${suffix}`;
  return { statement, written: numbers.written };
}

/** The same with more rows behind VALUES; three stand for as many as there are. */
export function insertOfLists(tokens: readonly Token[]): string | null {
  const bare = withoutEnd(tokens);
  const row = oneRowOf(bare);
  if (row === null || !row.items.some((item) => item.some(isValue)) || row.rest.some(isValue)) {
    return null;
  }
  if (row.items.some((item) => item.some(isValue) && item.length > 1)) return null;
  const items = row.items.map((item) => (item.some(isValue) ? '?' : textOf(item)));
  const one = `(${items.join(', ')})`;
  const columns = row.columns.map(({ text }) => text).join(', ');
  const rest = row.rest.length === 0 ? '' : ` ${textOf(row.rest)}`;
  return `INSERT INTO ${row.table} (${columns}) VALUES ${one}, ${one}, ${one}${rest}`;
}

function oneRowOf(tokens: readonly Token[]): OneRow | null {
  if (tokens[0]?.word !== 'INSERT' || tokens[1]?.word !== 'INTO') return null;
  const [values] = placesOf(tokens, 'VALUES');
  const open = tokens.findIndex(({ text }) => text === '(');
  if (values === undefined || open < 0 || tokens[values + 1]?.text !== '(') return null;
  const end = closingOf(tokens, values + 1);
  if (closingOf(tokens, open) !== values - 1 || end < 0) return null;
  const table = tokens.slice(2, open);
  const columns = splitByComma(tokens.slice(open + 1, values - 1));
  const items = splitByComma(tokens.slice(values + 2, end));
  const rest = tokens.slice(end + 1);
  if (!isTable(table) || columns.length !== items.length) return null;
  if (!columns.every((column) => column.length === 1 && isName(column[0]))) return null;
  if (!items.every((item) => item.length > 0)) return null;
  if (rest.length > 0 && rest[0]!.word !== 'ON' && rest[0]!.word !== 'RETURNING') return null;
  if (rest.some(({ word }) => word === 'SELECT')) return null;
  return { table: textOf(table), columns: columns.map(([column]) => column!), items, rest };
}

/** Of `$1` the column's type, of `$1::uuid` that one; null for any other expression. */
function typeOf(item: readonly Token[], column: ValueType): ValueType | null {
  if (item.length === 1) return column;
  const cast = isValue(item[0]) ? castAt(item, 0) : null;
  return cast !== null && cast.end === item.length ? { name: cast.type } : null;
}

/** `SET name = $2`, where `$2` is also the row's name; null for any other value. */
function withExcluded(rest: readonly Token[], { columns, items }: OneRow): string | null {
  if (rest.length === 0) return '';
  const changed = [...rest];
  for (const [at, token] of rest.entries()) {
    if (!isValue(token)) continue;
    const column = columns.find(
      (_, n) =>
        token.text.startsWith('$') && items[n]!.length === 1 && items[n]![0]!.text === token.text,
    );
    const target = rest[at - 2];
    const isSet = rest[at - 1]?.text === '=' && isName(target) && beforeTarget(rest[at - 3]);
    const isWhole = rest[at + 1] === undefined || afterItem.has(rest[at + 1]!.word);
    if (column === undefined || !isSet || !isWhole) return null;
    if (identityOf(target!) !== identityOf(column)) return null;
    changed[at] = { ...token, text: `EXCLUDED.${column.text}` };
  }
  return ` ${textOf(changed)}`;
}

function beforeTarget(token: Token | undefined): boolean {
  return token?.word === 'SET' || token?.text === ',';
}

const afterItem = new Set([',', 'RETURNING', 'WHERE']);

/** `t` or `schema.t`, without an alias. */
function isTable(tokens: readonly Token[]): boolean {
  const isShape = tokens.length === 1 || (tokens.length === 3 && tokens[1]?.text === '.');
  return isShape && isName(tokens[0]) && isName(tokens.at(-1));
}
