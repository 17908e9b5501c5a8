import { TokenKind } from '../sql/scanner.ts';
import type { Operand } from './operands.ts';
import { identityOf, isName, placesOf, splitByComma } from './tokens.ts';
import type { Token } from './tokens.ts';

export interface WithKey {
  readonly tokens: readonly Token[];
  /** Name of the key in what is given back; null when nothing is. */
  readonly name: string | null;
}

/**
 * The statement with its key among what it gives back (a SELECT list, or RETURNING). The key is
 * appended, never put first, because `ORDER BY 1` counts columns; and under a name of its own where
 * the list may already hold that name for something else. A statement that gives nothing back stays.
 */
export function withKeySelected(tokens: readonly Token[], key: Operand): WithKey {
  const list = listOf(tokens);
  if (list === null) return { tokens, name: null };
  const [start, end] = list;
  const items = splitByComma(tokens.slice(start, end));
  const { column, qualifier, isColumn, text } = key;
  const name = column?.text ?? '';
  const isAlone = hasOneTable(tokens);
  const isOfKey = (itemQualifier: string | null): boolean =>
    isAlone || (itemQualifier !== null && itemQualifier === qualifier?.text);
  const present = isColumn ? items.find((item) => isKey(item, name, isOfKey)) : undefined;
  if (present !== undefined) return { tokens, name: nameIn(present, column!) };
  const isTaken = items.some((item) =>
    item.some((token) => token.text === '*' || token.text === name),
  );
  const isNamed = isTaken || !isColumn;
  const added = [aToken(',', false), aToken(isNamed ? `${text} AS batch_key` : text, true)];
  return {
    tokens: [...tokens.slice(0, end), ...added, ...tokens.slice(end)],
    name: isNamed ? 'batch_key' : identityOf(column!),
  };
}

/** The name that an item of the list gives to the column. */
function nameIn(item: readonly Token[], column: Token): string {
  const last = item.at(-1)!;
  return identityOf(last.text === '*' ? column : last);
}

/** Places of what is given back, the end exclusive. */
function listOf(tokens: readonly Token[]): readonly [number, number] | null {
  if (tokens[0]?.word === 'SELECT') return [1, placesOf(tokens, 'FROM')[0] ?? tokens.length];
  const [returning] = placesOf(tokens, 'RETURNING');
  if (returning === undefined) return null;
  const end = tokens.findIndex(({ text }) => text === ';');
  return [returning + 1, end < 0 ? tokens.length : end];
}

function hasOneTable(tokens: readonly Token[]): boolean {
  const [where] = placesOf(tokens, 'WHERE');
  const tables = tokens.slice(placesOf(tokens, 'FROM')[0] ?? 0, where);
  if (placesOf(tables, 'JOIN').length > 0 || placesOf(tables, 'USING').length > 0) return false;
  return tokens[0]?.word === 'UPDATE' || splitByComma(tables).length === 1;
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

function aToken(text: string, spaceBefore: boolean): Token {
  return { kind: TokenKind.punctuation, text, word: text, spaceBefore, depth: 0 };
}
