import { TokenKind } from '../sql/scanner.ts';
import type { Statement } from '../sql/statement.ts';
import { unknownFunction } from './functions.ts';
import { identityOf, isName, isValue, placesOf, withoutEnd } from './tokens.ts';
import type { Token } from './tokens.ts';
import { comparedOperand } from './values.ts';

/**
 * Beyond these nothing is rewritten: nobody would paste it, and it would take the host's time, which
 * grows with the product of values and words (usual texts 0.05 ms, the worst one found 50 ms, once a
 * shape; two shared x86-64 cores, Node 24.21).
 */
const maxLength = 10_000;
const maxValues = 100;
const maxDepth = 50;

/** Why a loop over this statement must not be turned into one, from what kind it is; else null. */
export function refusalOfKind({ shape, exportText, isCut }: Statement): string | null {
  const { operation, kind } = shape;
  if (exportText.length > maxLength) return reasons.long;
  if (isCut) return reasons.cut;
  if (kind === 'session') return reasons.session;
  if (kind === 'transaction') return reasons.transaction;
  if (procedures.has(operation)) return reasons.procedure;
  return operation === 'FETCH' ? reasons.cursor : null;
}

/** Why, from what the statement says; null where it may be rewritten. */
export function refusalOfText(tokens: readonly Token[]): string | null {
  const bare = withoutEnd(tokens);
  if (bare.filter(isValue).length > maxValues) return reasons.long;
  if (bare.some(({ depth }) => depth > maxDepth)) return reasons.long;
  if (bare.some(({ text }) => text === ';')) return reasons.several;
  if (locks(bare)) return reasons.locks;
  if (closesTooMuch(bare)) return reasons.cut;
  if (bare[0]?.word === 'WITH' && bare.some(({ word }) => writes.has(word)))
    return reasons.writingPart;
  const called = unknownFunction(bare);
  if (called !== null) return reasons.effects(called);
  if (readsPages(bare)) return reasons.pages;
  if (readsOn(bare)) return reasons.readsOn;
  return bare.some(isValue) ? null : reasons.noValue;
}

/** Each one plain sentence: what to do, and why no statement is given. */
export const reasons = {
  writesBetween:
    'Take the writes out of the loop first: its tables are written between the repeats, and one statement for all would not see those changes.',
  cut: 'Look the statement up in your code and batch it there: its text was cut off before it came here.',
  long: 'Look the statement up in your code and batch it there: it is too large to be rewritten here.',
  session: 'Set it once for the connection: it changes the session, so there is nothing to batch.',
  transaction:
    'Open one transaction around the loop: transaction control itself cannot be batched.',
  procedure:
    'Give the procedure an array of all keys: what it does inside cannot be read from the call.',
  cursor:
    'Fetch more rows at a time: a cursor is read in pages, each from where the last one ended.',
  several:
    'Send the statements apart first: this text holds several, and each needs a batch of its own.',
  locks:
    'Lock all rows in one statement of your own, in the order of their keys: it locks what it reads, and another order of locks can deadlock.',
  writingPart:
    'Write the batch by hand: a part of its WITH writes, and one statement for all would not see what earlier turns wrote.',
  pages:
    'Read the list through one cursor or with a larger LIMIT: it is read page by page, without keys to collect.',
  readsOn:
    'Read on through one cursor or a recursive CTE: each key comes from the row before, so the keys cannot be collected first.',
  noValue: 'Run it once and keep the result: it holds no value, so every turn asks the same.',
  effects: (name: string): string =>
    `Write the batch by hand: ${name}() may give something else or do something at each call, so one statement for all cannot be shown to be equal.`,
} as const;

const procedures = new Set(['CALL', 'EXEC', 'EXECUTE', 'DO']);
const writes = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
const lockStrengths = new Set(['UPDATE', 'SHARE', 'NO', 'KEY']);

function locks(tokens: readonly Token[]): boolean {
  return tokens.some(({ word }, at) => {
    const next = tokens[at + 1]?.word ?? '';
    return (word === 'FOR' && lockStrengths.has(next)) || (word === 'LOCK' && next === 'IN');
  });
}

/** A text without its start. */
function closesTooMuch(tokens: readonly Token[]): boolean {
  let open = 0;
  for (const { kind, text } of tokens) {
    if (kind !== TokenKind.punctuation) continue;
    if (text === '(') open++;
    else if (text === ')' && --open < 0) return true;
  }
  return false;
}

/** `LIMIT $1 OFFSET $2`, and no other value. */
function readsPages(tokens: readonly Token[]): boolean {
  const values = tokens.flatMap((token, at) => (isValue(token) ? [tokens[at - 1]?.word] : []));
  return values.includes('OFFSET') && values.every((word) => word === 'OFFSET' || word === 'LIMIT');
}

/** `id > $1 ORDER BY id LIMIT`, also `(a, b) > ($1, $2)`: the next key is in the last row. */
function readsOn(tokens: readonly Token[]): boolean {
  const [order] = placesOf(tokens, 'ORDER');
  const isLimited = placesOf(tokens, 'LIMIT').length > 0 || placesOf(tokens, 'FETCH').length > 0;
  if (order === undefined || !isLimited) return false;
  const ordered = new Set(tokens.slice(order).filter(isName).map(identityOf));
  return tokens.some((token, at) => {
    if (!isValue(token) || at > order) return false;
    const isRow = tokens[at - 1]?.text === '(';
    const operator = isRow ? at - 2 : at - 1;
    if (!isRange(tokens, operator)) return false;
    if (isRow) return true;
    const column = comparedOperand(tokens, at)?.column;
    return column != null && ordered.has(identityOf(column));
  });
}

/** Whether `<`, `>`, `<=` or `>=` ends here. */
function isRange(tokens: readonly Token[], at: number): boolean {
  const last = tokens[at]?.text;
  const strict = last === '=' ? tokens[at - 1]?.text : last;
  const before = tokens[last === '=' ? at - 2 : at - 1]?.text;
  return (strict === '<' || strict === '>') && before !== '<' && before !== '>';
}
