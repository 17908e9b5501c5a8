import { TokenKind } from '../sql/scanner.ts';
import { identityOf, isName } from './tokens.ts';
import type { Token } from './tokens.ts';
import type { ValueType } from './values.ts';

/**
 * Numbers for a statement's parameters: `$2` stays 2, so that the batch takes the loop's values in
 * the loop's order, only as arrays; literals (a `?` each), Python's `%s` (each a value of its own) and
 * named parameters come after.
 */
export class Numbers {
  readonly #byName = new Map<string, number>();
  #next = 1;
  readonly #marks: number[] = [];
  #hasParameters = false;

  constructor(tokens: readonly Token[]) {
    for (const token of tokens) this.#next = Math.max(this.#next, ownNumber(token) + 1);
  }

  of(token: Token): number {
    const own = ownNumber(token);
    const isFormat = token.text === '%s';
    if (own > 0 || isFormat) this.#hasParameters = true;
    if (own > 0) return own;
    if (isFormat) return this.#next++;
    const isMark = token.text === '?' || token.kind === TokenKind.literal;
    let number = isMark ? undefined : this.#byName.get(token.text);
    if (number !== undefined) return number;
    number = this.#next++;
    if (isMark) this.#marks.push(number);
    else this.#byName.set(token.text, number);
    return number;
  }

  /** Numbers that stand for values written into the text, where there are parameters, too. */
  get written(): readonly number[] {
    return this.#hasParameters || this.#byName.size > 0 ? this.#marks : [];
  }
}

function ownNumber({ kind, text }: Token): number {
  return kind === TokenKind.parameter && /^\$\d{1,5}$/.test(text) ? Number(text.slice(1)) : 0;
}

/** A statement for many turns, whose parameters are arrays. */
export interface Batched {
  readonly statement: string;
  /** Numbers of the arrays for values that were written into the text beside parameters. */
  readonly written: readonly number[];
}

/** The array that carries parameter `number`. LIMIT 0: the subselect gives its type and no element. */
export function arrayOf(number: number, type: ValueType): string {
  if ('name' in type) return `$${number}::${type.name}[]`;
  return `ARRAY(SELECT ${type.expression} FROM ${type.from} LIMIT 0) || $${number}`;
}

/** `unnest(…) AS batch(v1, v2)`: a row for each turn of the loop; `batch_nr` counts them from 1. */
export function batchOf(types: ReadonlyMap<number, ValueType>, isCounted: boolean): string {
  const numbers = [...types.keys()].sort((a, b) => a - b);
  const arrays = numbers.map((number) => arrayOf(number, types.get(number)!)).join(', ');
  const columns = numbers.map((number) => `v${number}`);
  if (!isCounted) return `unnest(${arrays}) AS batch(${columns.join(', ')})`;
  return `unnest(${arrays}) WITH ORDINALITY AS batch(${[...columns, 'batch_nr'].join(', ')})`;
}

/** Whether a statement uses a name that the batch brings with it. */
export function usesOurNames(tokens: readonly Token[]): boolean {
  return tokens.some((token) => isName(token) && ours.test(identityOf(token)));
}

const ours = /^(?:batch|batch_nr|batch_row|v\d+)$/;
