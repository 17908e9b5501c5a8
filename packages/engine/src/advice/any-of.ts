import { castAt } from './casts.ts';
import { isAggregate } from './functions.ts';
import type { Operand } from './operands.ts';
import { withKeySelected } from './selected-key.ts';
import { identityOf, isValue, placesOf, textOf } from './tokens.ts';
import type { Token } from './tokens.ts';
import { comparedOperand, isEnd } from './values.ts';

export interface AnyOf {
  readonly statement: string;
  /** Name under which each row brings its key; null when nothing is given back. */
  readonly key: string | null;
}

/** How a dialect writes "one of these"; `type` is what the single value was cast to. */
export type ListOf = (type: string | null) => string;

export const arrayList: ListOf = (type) => (type === null ? '= ANY($1)' : `= ANY($1::${type}[])`);

/** Three marks stand for as many as there are keys. */
export const markList: ListOf = () => 'IN (?, ?, ?)';

/**
 * A read, delete or update by one value, for many of them: `col = $1` becomes `col = ANY($1)`. What
 * gives rows back also gives the column, so that they can be told apart. Null where a batch would
 * mean something else: more than one value, limits, aggregates, sets, alternatives, and an update of
 * the key itself. A NULL key finds nothing before and after; a key given twice counts once.
 */
export function anyOf(tokens: readonly Token[], list: ListOf): AnyOf | null {
  const verb = tokens[0]?.word ?? '';
  if (!verbs.has(verb) || tokens.some(({ word }, at) => at > 0 && refused.has(word))) return null;
  if (tokens.some(({ word }, at) => isAggregate(word) && tokens[at + 1]?.text === '(')) return null;
  const at = tokens.findIndex(isValue);
  if (at < 0 || tokens.some((token, other) => other !== at && isValue(token))) return null;
  const key = keyOf(tokens, at);
  if (key === null || (verb === 'UPDATE' && !isUpdateOfOthers(tokens, key))) return null;
  const changed = withList(tokens, at, list);
  if (changed === null) return null;
  const { tokens: batched, name } = withKeySelected(changed, key);
  return { statement: textOf(batched), key: name };
}

/** The left side of `WHERE … AND key = value` or `key IN (value)`, outside all parentheses. */
function keyOf(tokens: readonly Token[], at: number): Operand | null {
  const [where] = placesOf(tokens, 'WHERE');
  const key = comparedOperand(tokens, at);
  if (where === undefined || key === null || key.start < where || tokens[key.start]!.depth > 0) {
    return null;
  }
  const before = tokens[key.start - 1]?.word;
  const isInChain = before === 'WHERE' || before === 'AND';
  return isInChain && placesOf(tokens, 'OR').length === 0 ? key : null;
}

/** `= $1` as `= ANY($1)`, `= $1::uuid` as `= ANY($1::uuid[])`; null for other comparisons. */
function withList(tokens: readonly Token[], at: number, list: ListOf): Token[] | null {
  const isMember = tokens[at - 2]?.word === 'IN';
  if (isMember ? tokens[at - 3]?.word === 'NOT' : !isEquals(tokens, at - 1)) return null;
  const cast = castAt(tokens, at);
  if (cast === null && !isEnd(tokens, at + 1)) return null;
  const end = isMember ? at + 2 : (cast?.end ?? at + 1);
  if (!afterKey.has(tokens[end]?.word ?? ';')) return null;
  const first = isMember ? at - 2 : at - 1;
  const text = list(cast?.type ?? null);
  // `a=$1` stays without spaces where that can be read.
  const spaceBefore = tokens[first]!.spaceBefore || !text.startsWith('=');
  const isTight = !isMember && !tokens[at]!.spaceBefore;
  const written = isTight ? text.replace('= ', '=') : text;
  const one: Token = { ...tokens[at]!, text: written, word: written, spaceBefore };
  return [...tokens.slice(0, first), one, ...tokens.slice(end)];
}

function isEquals(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.text === '=' && !['<', '>', '!'].includes(tokens[at - 1]!.text);
}

/** Whether an update leaves its key alone and reads no other table. */
function isUpdateOfOthers(tokens: readonly Token[], { column }: Operand): boolean {
  if (placesOf(tokens, 'FROM').length > 0) return false;
  const set = placesOf(tokens, 'SET')[0] ?? tokens.length;
  const where = placesOf(tokens, 'WHERE')[0]!;
  return !tokens.some(
    (token, at) =>
      at > set &&
      at < where &&
      token.depth === 0 &&
      tokens[at + 1]?.text === '=' &&
      (column === null || identityOf(token) === identityOf(column)),
  );
}

const verbs = new Set(['SELECT', 'DELETE', 'UPDATE']);

/** What may follow the compared value. */
const afterKey = new Set(['AND', 'ORDER', 'RETURNING', ';']);

/** Words that give a statement another meaning for many keys than for one. */
const refused = new Set([
  'CASE',
  'DISTINCT',
  'EXCEPT',
  'EXISTS',
  'FETCH',
  'GROUP',
  'HAVING',
  'INTERSECT',
  'INTO',
  'LIMIT',
  'OFFSET',
  'OVER',
  'SELECT',
  'TABLESAMPLE',
  'UNION',
  'WINDOW',
  'WITH',
]);
