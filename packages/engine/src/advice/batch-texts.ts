import type { Lateral } from './lateral.ts';
import type { Batched } from './unnest.ts';

/** What to do, for people, beside each kind of batched statement. */

/** For stores that speak no SQL. */
export const ofStore =
  'Collect the keys first and ask for all of them at once (such as $in), or write all of them with one bulk call.';

/** One array of keys. */
export function keys(verb: string): string {
  if (verb === 'DELETE') return 'Delete all keys in one statement; $1 is the array of keys.';
  if (verb === 'UPDATE') {
    return 'Update all keys in one statement; $1 is the array of keys, each once.';
  }
  return 'Collect the keys first and fetch all rows in one query, then group them by key in code; $1 is the array of keys.';
}

/** How the parameters change. */
function arrays({ written }: Batched): string {
  const numbers = written.map((number) => `$${number}`).join(', ');
  const values = written.length === 0 ? '' : `, and so does each value in the text (${numbers})`;
  return `each parameter becomes an array, with one element for each turn of the loop${values}`;
}

export function read(batch: Lateral): string {
  const order = batch.isOrdered ? ', and its rows keep their order' : '';
  const types = batch.borrowsTypes ? ' ARRAY(SELECT … LIMIT 0) only lends an array its type.' : '';
  return `Collect the keys first and ask for all of them in one query: ${arrays(batch)}; batch_nr is the turn, from 1${order}.${types}`;
}

/** An array of arrays has no rows of arrays, so such a column does not fit; PostgreSQL then says so. */
export function insert(batch: Batched, isUpsert: boolean, hasReturning: boolean): string {
  const once = isUpsert ? ' Give each conflicting key once.' : '';
  const order = hasReturning ? ' Do not rely on the order of the returned rows.' : '';
  return `Insert all rows in one statement; ${arrays(batch)}; one bad row fails them all.${once}${order}`;
}

export function update(batch: Batched, hasReturning: boolean): string {
  const order = hasReturning
    ? ' The returned rows come in no promised order; batch_nr is the turn, from 1.'
    : '';
  return `Update all rows in one statement, each key once; ${arrays(batch)}.${order}`;
}

export function deletion(batch: Batched): string {
  return `Delete all rows in one statement; ${arrays(batch)}.`;
}

/** A list of marks, for other databases than PostgreSQL. */
export function marks(verb: string): string {
  const what = verb === 'INSERT' ? 'a row of marks for each row' : 'a ? for each key';
  return `${withMarks[verb] ?? withMarks['SELECT']!}, with ${what} (unproved: compare both before you ship).`;
}

const withMarks: Readonly<Record<string, string>> = {
  SELECT: 'Collect the keys first, fetch all rows in one query and group them by key in code',
  DELETE: 'Delete all keys in one statement',
  UPDATE: 'Update all keys in one statement, each key once',
  INSERT: 'Insert all rows in one statement',
};

/** Where no statement can be given from the text alone. */
export function inWords(operation: string): string {
  return sentences[operation] ?? 'Collect the keys first and send one statement for all of them.';
}

const sentences: Readonly<Record<string, string>> = {
  SELECT: 'Collect the keys first and fetch all rows in one query, then group them by key in code.',
  DELETE: 'Collect the keys first and delete them in one statement.',
  INSERT: 'Collect the rows first and insert them in one statement.',
  UPDATE: 'Collect the rows first and update them in one statement.',
};
