import { parametersBesideLimitOf, parametersOf } from '../database.ts';
import type { Query } from '../database.ts';
import { timingOf } from '../intervals.ts';
import type { QueryShape } from '../sql/statement.ts';

/**
 * Whether queries of one shape (in order of start) read one list page by page. A cursor and an
 * offset do by their shape alone, where nothing is looked up by `= ?`; below a look-up an offset does
 * when it is all that differs, because ORMs write one below every read. `ORDER BY x LIMIT` below
 * `x > ?` does where nothing else is looked up, or where `x` is a key; else
 * (`room_id = ? AND starts_at >= ?`) it asks for the next row of each of many. The next page starts
 * where the last one ended, so that pages by key never overlap.
 */
export function arePages(shape: QueryShape, queries: readonly Query[]): boolean {
  const { pages, operation, text } = shape;
  if (operation === 'FETCH') return true;
  const isLookUp = looksUp.test(text);
  if (offset.test(text)) {
    if (pages && !isLookUp) return true;
    if (shape.writes.length === 0 && onlyOffsetVaries(queries)) return true;
  }
  if (!pages) return false;
  if (timingOf(queries.map(({ span }) => span)).isParallel === true) return false;
  return !isLookUp || comparesKey.test(text);
}

/**
 * Whether queries that are not known to be pages may be some all the same: an offset with an order
 * below a look-up whose values nobody knows. One hash covers all parameters, so that hashes which
 * differ do not say whether the key does.
 */
export function mayBePages({ text, writes }: QueryShape, queries: readonly Query[]): boolean {
  if (writes.length > 0 || !offset.test(text) || !ordered.test(text)) return false;
  return queries.some((query) => parametersBesideLimitOf(query) === null);
}

/** Whether all values but those of the offset and the limit are known and the same. */
function onlyOffsetVaries(queries: readonly Query[]): boolean {
  const keys = new Set(queries.map(parametersBesideLimitOf));
  if (keys.size !== 1 || keys.has(null)) return false;
  const parameters = new Set(queries.map(parametersOf));
  return parameters.has(null) || parameters.size > 1;
}

const offset = /\boffset\b|\blimit \?, /;
const ordered = /\border by\b/;
const looksUp = /[\w"`\]] = \?/;
/** `id > ?`, `t.note_id < ?`, `(created_at, id) > (?, …)`. */
const comparesKey = /(?:\b|_)(?:id|uuid|seq)["`\]]? [<>] \?|\) [<>] \(\?/i;
