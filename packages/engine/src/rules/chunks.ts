import type { QueryShape } from '../sql/statement.ts';

/**
 * True for a read that asks for many keys at once and for nothing else: all its values stand in
 * lists of several, or in one array. Such reads repeated are chunks of a batch.
 */
export function readsChunk({ text, writes, hasValues }: QueryShape): boolean {
  if (writes.length > 0 || !hasValues) return false;
  const rest = text.replaceAll('in (?, ...)', '').replaceAll(/= any ?\(\?(?:::[\w[\]]+)?\)/g, '');
  return rest.length < text.length && !rest.includes('?');
}
