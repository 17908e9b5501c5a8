import { placesOf, textOf, withoutEnd } from './tokens.ts';
import type { Token } from './tokens.ts';
import { batchOf, Numbers, usesOurNames } from './unnest.ts';
import type { Batched } from './unnest.ts';
import { usesOf } from './values.ts';
import type { ValueType } from './values.ts';

export interface Lateral extends Batched {
  /** How many arrays it takes. */
  readonly arrays: number;
  /** True when the rows of each turn come in the order of before. */
  readonly isOrdered: boolean;
  /** True when an array takes its type from a column. */
  readonly borrowsTypes: boolean;
}

/**
 * A read for many turns: it runs once for each, inside one round trip, so limits, order, aggregates
 * and empty results keep their meaning, whichever of its values vary. Null where the type of a value
 * cannot be told.
 *
 * SQL promises no order of a join's rows. Where the read has one, its rows are numbered as they
 * come out of it, and the batch is ordered by turn and number.
 */
export function lateral(tokens: readonly Token[]): Lateral | null {
  const bare = withoutEnd(tokens);
  if (bare[0]?.word !== 'SELECT' && bare[0]?.word !== 'WITH') return null;
  if (usesOurNames(bare) || bare.some(({ word }) => refused.has(word))) return null;
  const uses = usesOf(bare);
  if (uses === null) return null;
  const numbers = new Numbers(bare);
  const types = new Map<number, ValueType>();
  const inner = [...bare];
  for (const { at, type } of uses) {
    const token = bare[at]!;
    const number = type === null ? 0 : numbers.of(token);
    inner[at] = { ...token, text: type === null ? '1' : `batch.v${number}` };
    if (type !== null) types.set(number, firstOf(types.get(number), type));
  }
  if (types.size === 0) return null;
  const isOrdered = placesOf(bare, 'ORDER').length > 0;
  const read = textOf(inner);
  const found = isOrdered
    ? `SELECT row_number() OVER () AS batch_row, ordered.* FROM (${read}) AS ordered`
    : read;
  const order = isOrdered ? ' ORDER BY batch.batch_nr, found.batch_row' : '';
  return {
    statement: `SELECT batch.batch_nr, found.* FROM ${batchOf(types, true)} CROSS JOIN LATERAL (${found}) AS found${order}`,
    arrays: types.size,
    isOrdered,
    borrowsTypes: [...types.values()].some((type) => 'expression' in type),
    written: numbers.written,
  };
}

/** A cast settles the type of all uses; else the first use does. */
function firstOf(known: ValueType | undefined, next: ValueType): ValueType {
  if (known === undefined) return next;
  return 'name' in known || !('name' in next) ? known : next;
}

/** What cannot stand in a subselect, and what may give another result at each run. */
const refused = new Set(['INTO', 'TABLESAMPLE']);
