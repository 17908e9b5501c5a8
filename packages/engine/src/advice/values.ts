import { TokenKind } from '../sql/scanner.ts';
import { castAt, typeNameAt } from './casts.ts';
import { isAggregate } from './functions.ts';
import { operandEndingAt } from './operands.ts';
import type { Operand } from './operands.ts';
import { Scopes } from './scopes.ts';
import { isValue } from './tokens.ts';
import type { Token } from './tokens.ts';

/**
 * What makes an array of a parameter: the name of its type, or, where no text tells it, an
 * expression that has the type (`user_id` under `FROM notes`).
 */
export type ValueType =
  { readonly name: string } | { readonly expression: string; readonly from: string };

/** One place of a value in a read. */
export interface Use {
  readonly at: number;
  /** Null for a value whose content does not matter: `EXISTS (SELECT 1 …`. */
  readonly type: ValueType | null;
}

/**
 * Every value of a statement with its type; null when the text does not tell the type of one, or a
 * column could not stand in its place. A cast tells it; so do LIMIT, LIKE and what the value is
 * compared with, because PostgreSQL gives an untyped value the type of the other side.
 */
export function usesOf(
  tokens: readonly Token[],
  fromOf: FromOf = fromOfReads(tokens),
): Use[] | null {
  const uses: Use[] = [];
  for (const [at, token] of tokens.entries()) {
    if (!isValue(token)) continue;
    const type = isMark(tokens, at) ? null : typeAt(tokens, at, fromOf);
    if (type === undefined) return null;
    uses.push({ at, type });
  }
  return uses;
}

/** The FROM clause under which an operand means what it means in its place; null where unknown. */
export type FromOf = (operand: Operand) => string | null;

function fromOfReads(tokens: readonly Token[]): FromOf {
  const scopes = new Scopes(tokens);
  return (operand) => scopes.fromOf(operand);
}

/** The operand that the value at `at` is compared with: `a = ?`, `a IN (?)`, `a BETWEEN ? AND ?`. */
export function comparedOperand(tokens: readonly Token[], at: number): Operand | null {
  const end = endOfOperand(tokens, at);
  const operand = end < 0 ? null : operandEndingAt(tokens, end);
  if (operand === null) return null;
  // Behind anything else it would be the tail of a longer expression.
  return boundaries.has(tokens[operand.start - 1]?.word ?? '') ? operand : null;
}

/** Whether an expression may end before this place. */
export function isEnd(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  return token === undefined || ends.has(token.word);
}

function typeAt(tokens: readonly Token[], at: number, fromOf: FromOf): ValueType | undefined {
  const before = tokens[at - 1];
  const cast = castAt(tokens, at);
  if (cast !== null) {
    const isFree = before?.kind === TokenKind.punctuation || beforeValues.has(before?.word ?? '');
    return isFree && !isInAggregate(tokens, at) ? { name: cast.type } : undefined;
  }
  if (before?.text === '(' && tokens[at - 2]?.word === 'CAST') {
    const type = tokens[at + 1]?.word === 'AS' ? typeNameAt(tokens, at + 2) : null;
    const isWhole = type !== null && tokens[type.end]?.text === ')' && !isInAggregate(tokens, at);
    return isWhole ? { name: type.type } : undefined;
  }
  if (!isEnd(tokens, at + 1)) return undefined;
  if (before?.word === 'LIMIT' || before?.word === 'OFFSET') return { name: 'bigint' };
  if (before?.word === 'LIKE' || before?.word === 'ILIKE') return { name: 'text' };
  const operand = comparedOperand(tokens, at) ?? coalescedOperand(tokens, at);
  if (operand === null) return undefined;
  if (tokens[operand.start]!.word === 'COUNT' && !operand.isColumn) return { name: 'bigint' };
  const from = fromOf(operand);
  return from === null ? undefined : { expression: operand.text, from };
}

function endOfOperand(tokens: readonly Token[], at: number): number {
  const before = tokens[at - 1];
  switch (before?.word) {
    case 'BETWEEN':
      return beforeNot(tokens, at - 2);
    case 'BETWEEN_AND': {
      const { depth } = before;
      const between = tokens.findLastIndex(
        (token, place) => place < at - 1 && token.depth === depth && token.word === 'BETWEEN',
      );
      return beforeNot(tokens, between - 1);
    }
    case 'DISTINCT_FROM':
      // a IS [NOT] DISTINCT FROM ?
      return beforeNot(tokens, at - 3) - 1;
    case '(':
      if (tokens[at - 2]?.word !== 'IN' || tokens[at + 1]?.text !== ')') return -1;
      return beforeNot(tokens, at - 3);
  }
  let operator = at - 1;
  let text = '';
  while (operator >= 0 && operatorCharacters.has(tokens[operator]!.text)) {
    text = tokens[operator]!.text + text;
    operator--;
  }
  return comparisons.has(text) ? operator : -1;
}

function beforeNot(tokens: readonly Token[], at: number): number {
  return tokens[at]?.word === 'NOT' ? at - 1 : at;
}

/** `coalesce(a, ?)`. */
function coalescedOperand(tokens: readonly Token[], at: number): Operand | null {
  if (tokens[at - 1]?.text !== ',' || tokens[at + 1]?.text !== ')') return null;
  const operand = operandEndingAt(tokens, at - 2);
  if (operand === null || tokens[operand.start - 1]?.text !== '(') return null;
  return tokens[operand.start - 2]?.word === 'COALESCE' ? operand : null;
}

/** `EXISTS (SELECT 1 FROM`. */
function isMark(tokens: readonly Token[], at: number): boolean {
  return (
    tokens[at - 1]?.word === 'SELECT' &&
    tokens[at - 2]?.text === '(' &&
    tokens[at - 3]?.word === 'EXISTS' &&
    tokens[at + 1]?.word === 'FROM'
  );
}

/** An aggregate over nothing but a value from outside would be computed outside. */
function isInAggregate(tokens: readonly Token[], at: number): boolean {
  let { depth } = tokens[at]!;
  for (let place = at - 1; place >= 0; place--) {
    const token = tokens[place]!;
    if (token.depth >= depth) continue;
    depth = token.depth;
    if (token.text === '(' && isAggregate(tokens[place - 1]?.word ?? '')) return true;
  }
  return false;
}

const operatorCharacters = new Set('=<>!+-*/%^|&~@#?'.split(''));
const comparisons = new Set(['=', '<', '>', '<=', '>=', '<>', '!=']);

/** What may stand before the left side of a comparison. */
const boundaries = new Set([
  '(',
  ',',
  'AND',
  'HAVING',
  'NOT',
  'ON',
  'OR',
  'SELECT',
  'WHEN',
  'WHERE',
]);

/** What may follow the right side of one. */
const ends = new Set([
  ')',
  ',',
  ';',
  'AND',
  'AS',
  'BETWEEN_AND',
  'CROSS',
  'ELSE',
  'END',
  'EXCEPT',
  'FETCH',
  'FROM',
  'FULL',
  'GROUP',
  'HAVING',
  'INNER',
  'INTERSECT',
  'JOIN',
  'LEFT',
  'LIMIT',
  'NATURAL',
  'OFFSET',
  'OR',
  'ORDER',
  'RETURNING',
  'RIGHT',
  'THEN',
  'UNION',
  'WHEN',
  'WHERE',
  'WINDOW',
]);

/** Words that a value follows without being its type, as in `date '2020-01-01'`. */
const beforeValues = new Set([
  'AND',
  'BETWEEN',
  'BETWEEN_AND',
  'DISTINCT_FROM',
  'ELSE',
  'HAVING',
  'ILIKE',
  'LIKE',
  'LIMIT',
  'NOT',
  'OFFSET',
  'ON',
  'OR',
  'SELECT',
  'THEN',
  'WHEN',
  'WHERE',
]);
