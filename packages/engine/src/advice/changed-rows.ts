import { castAt } from './casts.ts';
import { operandEndingAt } from './operands.ts';
import {
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
import { comparedOperand, isEnd, usesOf } from './values.ts';
import type { Use, ValueType } from './values.ts';

/**
 * `UPDATE t SET a = $1 WHERE id = $2` for many rows, which arrive as one array a parameter. The rows
 * of two turns must be different ones: so every value of WHERE is compared for equality, none of
 * those columns is set, and the caller gives each key once. RETURNING also tells the turn.
 */
export function updateOfRows(tokens: readonly Token[]): Batched | null {
  const change = changeOf(tokens, 'UPDATE');
  if (change === null) return null;
  const { bare, where, table } = change;
  const [set] = placesOf(bare, 'SET');
  if (set === undefined || placesOf(bare, 'OR').length > 0) return null;
  const uses: Use[] = [];
  const changed = new Set<string>();
  let start = set + 1;
  for (const item of splitByComma(bare.slice(set + 1, where))) {
    const [column, equals] = item;
    if (!isName(column) || equals?.text !== '=') return null;
    changed.add(identityOf(column!));
    for (const [at, token] of item.entries()) {
      if (!isValue(token)) continue;
      const type = assignedType(item, at, table);
      if (type === null) return null;
      uses.push({ at: start + at, type });
    }
    start += item.length + 1;
  }
  for (let at = where + 1; at < bare.length; at++) {
    if (!isValue(bare[at])) continue;
    const type = keyType(bare, at, change, changed);
    if (type === null) return null;
    uses.push({ at, type });
  }
  const hasKey = uses.some(({ at }) => at > where);
  return hasKey ? withBatch(change, uses, 'FROM') : null;
}

/**
 * `DELETE FROM t WHERE a = $1 AND b = $2` for many: a row goes when any turn asks for it, whatever
 * the comparisons are.
 */
export function deleteOfRows(tokens: readonly Token[]): Batched | null {
  const change = changeOf(tokens, 'DELETE');
  if (change === null || placesOf(change.bare, 'USING').length > 0) return null;
  const uses = usesOf(change.bare, () => change.from);
  return uses === null || uses.length === 0 ? null : withBatch(change, uses, 'USING');
}

/** An update or delete of one table. */
interface Change {
  readonly bare: readonly Token[];
  /** The place of its WHERE. */
  readonly where: number;
  /** The table as written, without its alias. */
  readonly table: string;
  /** With it. */
  readonly from: string;
  readonly alias: string;
}

function changeOf(tokens: readonly Token[], verb: 'UPDATE' | 'DELETE'): Change | null {
  const bare = withoutEnd(tokens);
  const [where] = placesOf(bare, 'WHERE');
  if (bare[0]?.word !== verb || where === undefined || usesOurNames(bare)) return null;
  if (bare.some(({ word }) => refused.has(word))) return null;
  const froms = placesOf(bare, 'FROM');
  if (verb === 'UPDATE' ? froms.length > 0 : froms[0] !== 1) return null;
  const start = verb === 'UPDATE' ? 1 : 2;
  const end = verb === 'UPDATE' ? (placesOf(bare, 'SET')[0] ?? -1) : where;
  const named = bare.slice(start, end);
  const length = named[1]?.text === '.' ? 3 : 1;
  const rest = named.slice(length).filter(({ word }) => word !== 'AS');
  const alias = rest[0] ?? named[length - 1];
  if (!isName(named[0]) || !isName(alias) || rest.length > 1 || named[0]!.word === 'ONLY')
    return null;
  const table = textOf(named.slice(0, length));
  return { bare, where, table, from: textOf(named), alias: alias!.text };
}

/** The statement with its values from the batch, which stands before WHERE. */
function withBatch(
  { bare, where, alias }: Change,
  uses: readonly Use[],
  word: 'FROM' | 'USING',
): Batched {
  const numbers = new Numbers(bare);
  const types = new Map<number, ValueType>();
  const changed = [...bare];
  for (const { at, type } of uses) {
    const number = numbers.of(bare[at]!);
    if (type !== null && !types.has(number)) types.set(number, type);
    changed[at] = { ...bare[at]!, text: `batch.v${number}` };
  }
  const [returning = bare.length] = placesOf(bare, 'RETURNING');
  const isCounted = word === 'FROM' && returning < bare.length;
  for (let at = returning + 1; at < bare.length; at++) {
    // A bare star would also give the batch's columns.
    const isStar = bare[at]!.text === '*' && (at === returning + 1 || bare[at - 1]!.text === ',');
    if (isStar) changed[at] = { ...bare[at]!, text: `${alias}.*` };
  }
  const head = textOf(changed.slice(0, where));
  const nr = isCounted ? ', batch.batch_nr' : '';
  const batch = batchOf(types, isCounted);
  const statement = `${head} ${word} ${batch} ${textOf(changed.slice(where))}${nr}`;
  return { statement, written: numbers.written };
}

/** Of `a = $1`, `a = $1::int`, `a = b + $1` and `a = coalesce($1, b)`; else null. */
function assignedType(item: readonly Token[], at: number, from: string): ValueType | null {
  const cast = castAt(item, at);
  const end = cast?.end ?? at + 1;
  const ofColumn = (expression: string): ValueType =>
    cast === null ? { expression, from } : { name: cast.type };
  if (at === 2) return end === item.length ? ofColumn(item[0]!.text) : null;
  const isCoalesced = at === 4 && item[2]?.word === 'COALESCE' && item[end]?.text === ',';
  if (isCoalesced) {
    const other = operandEndingAt(item, item.length - 2);
    return other?.start === end + 1 && other.isColumn ? ofColumn(other.column!.text) : null;
  }
  const other = operandEndingAt(item, at - 2);
  const isStep = other?.start === 2 && other.isColumn && steps.has(item[at - 1]!.text);
  return isStep && end === item.length ? ofColumn(other.column!.text) : null;
}

/** Of `AND key = $1` outside all parentheses, where `key` is not set; else null. */
function keyType(
  tokens: readonly Token[],
  at: number,
  { where, from }: Change,
  changed: ReadonlySet<string>,
): ValueType | null {
  const key = comparedOperand(tokens, at);
  if (key?.column == null || !key.isColumn || changed.has(identityOf(key.column))) return null;
  const before = tokens[key.start - 1]!.word;
  const isInChain = key.start > where && tokens[key.start]!.depth === 0;
  const isEqual = tokens[at - 1]?.text === '=' && tokens[at - 2] === tokens[endOf(key)];
  if (!isInChain || !isEqual || (before !== 'WHERE' && before !== 'AND')) return null;
  const cast = castAt(tokens, at);
  if (!isEnd(tokens, cast?.end ?? at + 1)) return null;
  return cast === null ? { expression: key.text, from } : { name: cast.type };
}

function endOf({ start, qualifier }: { start: number; qualifier: Token | null }): number {
  return qualifier === null ? start : start + 2;
}

const steps = new Set(['+', '-', '*']);

/** Other tables, what a row alone does not tell, and limits, which only other databases know. */
const refused = new Set(['SELECT', 'WITH', 'CURRENT', 'CASE', 'OVER', 'ORDER', 'LIMIT']);
