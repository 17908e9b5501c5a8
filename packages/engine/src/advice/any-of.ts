import { isName, isValue, placesOf, splitByComma, textOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/**
 * A read or delete by one value, for many of them: `col = $1` becomes `col = ANY($1)`. A read also
 * selects the column, so that the rows can be told apart. Null where the text alone cannot prove
 * that each value gets the rows it got before: more than one value, limits, aggregates, sets,
 * alternatives, locks, and functions we do not know.
 */
export function anyOf(tokens: readonly Token[]): string | null {
  const [{ word: verb = '' } = {}] = tokens;
  if (verb !== 'SELECT' && verb !== 'DELETE') return null;
  if (tokens.some(({ word }, at) => refused.has(word) && at > 0)) return null;
  if (tokens.some(({ text }, at) => text === ';' && at < tokens.length - 1)) return null;
  if (placesOf(tokens, 'OR').length > 0) return null;
  if (tokens.some((token, at) => isUnknownCall(token, tokens[at + 1]))) return null;
  const at = tokens.findIndex(isValue);
  if (at < 0 || tokens.some((token, other) => other !== at && isValue(token))) return null;
  const column = comparedColumn(tokens, at);
  if (column === null) return null;
  const changed = withArray(tokens, at);
  if (changed === null) return null;
  return textOf(verb === 'SELECT' ? withKeySelected(changed, column) : changed);
}

interface Column {
  readonly qualifier: string | null;
  readonly name: string;
}

/** The column of `WHERE … AND column = value`, outside all parentheses. */
function comparedColumn(tokens: readonly Token[], at: number): Column | null {
  const [where] = placesOf(tokens, 'WHERE');
  if (where === undefined || where > at || !placesOf(tokens, '=').includes(at - 1)) return null;
  const name = tokens[at - 2];
  const isQualified = tokens[at - 3]?.text === '.';
  const qualifier = isQualified ? tokens[at - 4] : undefined;
  const before = tokens[at - (isQualified ? 5 : 3)]?.word;
  if (!isName(name) || (isQualified && !isName(qualifier))) return null;
  if (before !== 'WHERE' && before !== 'AND') return null;
  return { qualifier: qualifier?.text ?? null, name: name!.text };
}

/** `$1` as `ANY($1)`, `$1::uuid` as `ANY($1::uuid[])`; null when the comparison goes on otherwise. */
function withArray(tokens: readonly Token[], at: number): Token[] | null {
  const isCast = tokens[at + 1]?.text === '::';
  const type = isCast ? tokens[at + 2] : undefined;
  if (isCast && !isName(type)) return null;
  const after = at + (isCast ? 3 : 1);
  if (!ends.has(tokens[after]?.word ?? ';')) return null;
  const text = type === undefined ? 'ANY($1)' : `ANY($1::${type.text}[])`;
  return [...tokens.slice(0, at), { ...tokens[at]!, text }, ...tokens.slice(after)];
}

/**
 * The key is appended, never put first, because `ORDER BY 1` counts columns; and under a name of
 * its own where the select list may already hold that name for something else.
 */
function withKeySelected(tokens: readonly Token[], { qualifier, name }: Column): Token[] {
  const from = placesOf(tokens, 'FROM')[0]!;
  const where = placesOf(tokens, 'WHERE')[0]!;
  const hasOneTable =
    placesOf(tokens.slice(0, where), 'JOIN').length === 0 &&
    splitByComma(tokens.slice(from, where)).length === 1;
  const items = splitByComma(tokens.slice(1, from));
  const isOfKey = (itemQualifier: string | null): boolean =>
    hasOneTable || (itemQualifier !== null && itemQualifier === qualifier);
  if (items.some((item) => isKey(item, name, isOfKey))) return [...tokens];
  const isTaken = items.some((item) => item.some(({ text }) => text === '*' || text === name));
  const column = qualifier === null ? name : `${qualifier}.${name}`;
  const text = isTaken ? `${column} AS batch_key` : column;
  const key: Token[] = [aToken(',', false), aToken(text, true)];
  return [...tokens.slice(0, from), ...key, ...tokens.slice(from)];
}

/** `*`, `t.*`, `id`, `t.id`, and the last two with another name. */
function isKey(
  item: readonly Token[],
  name: string,
  isOfKey: (qualifier: string | null) => boolean,
): boolean {
  const isQualified = item[1]?.text === '.';
  const column = item[isQualified ? 2 : 0];
  const rest = item.slice(isQualified ? 3 : 1);
  if (column === undefined) return false;
  if (column.text === '*') return rest.length === 0 && (!isQualified || isOfKey(item[0]!.text));
  if (column.text !== name || !isOfKey(isQualified ? item[0]!.text : null)) return false;
  const alias = rest[0]?.word === 'AS' ? rest.slice(1) : rest;
  return alias.length === 0 || (alias.length === 1 && isName(alias[0]));
}

function isUnknownCall(token: Token, next: Token | undefined): boolean {
  return next?.text === '(' && isName(token) && !harmless.has(token.word);
}

function aToken(text: string, spaceBefore: boolean): Token {
  return { kind: 0, text, word: text, spaceBefore };
}

/** What may follow the compared value. */
const ends = new Set(['AND', 'ORDER', 'RETURNING', ';']);

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
  'WINDOW',
  'OVER',
  'FOR',
  'BETWEEN',
  'CASE',
  'EXISTS',
  'INTO',
  'SELECT',
  'TABLESAMPLE',
]);

/** Functions of one row without effects, and words that are no functions. */
const harmless = new Set([
  'ABS',
  'AND',
  'ANY',
  'AS',
  'BTRIM',
  'CAST',
  'CEIL',
  'COALESCE',
  'CONCAT',
  'CONCAT_WS',
  'DATE_PART',
  'DATE_TRUNC',
  'EXTRACT',
  'FLOOR',
  'FROM',
  'GREATEST',
  'IN',
  'JOIN',
  'JSONB_BUILD_OBJECT',
  'JSON_BUILD_OBJECT',
  'LEAST',
  'LEFT',
  'LENGTH',
  'LOWER',
  'MD5',
  'NOT',
  'NOW',
  'NULLIF',
  'NUMERIC',
  'ON',
  'OR',
  'REPLACE',
  'RIGHT',
  'ROUND',
  'ROW_TO_JSON',
  'SPLIT_PART',
  'SUBSTRING',
  'TO_CHAR',
  'TO_JSON',
  'TO_JSONB',
  'TRIM',
  'UPPER',
  'USING',
  'VARCHAR',
  'WHERE',
]);
