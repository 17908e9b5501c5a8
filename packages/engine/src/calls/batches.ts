import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';
import { groupBy } from '../group-by.ts';
import { nearestAbove } from './nearest-above.ts';

/**
 * Calls without those that a DataLoader has batched: a call below a `dataloader.batch` span is one
 * for many keys, unless that batch sends several of its kind, which is a loop over the keys.
 */
export function withoutBatched<C extends { readonly span: Span }>(
  trace: Trace,
  calls: readonly C[],
  kindOf: (call: C) => unknown,
): readonly C[] {
  if (!trace.others.some(isBatch)) return calls;
  const batchAbove = nearestAbove(trace, isBatch);
  const batched = new Set<C>();
  for (const alike of groupBy(calls, kindOf).values()) {
    for (const [batch, members] of groupBy(alike, ({ span }) => batchAbove(span))) {
      if (batch !== undefined && members.length === 1) batched.add(members[0]!);
    }
  }
  return calls.filter((call) => !batched.has(call));
}

function isBatch({ name }: Span): boolean {
  return name === 'dataloader.batch' || name.startsWith('dataloader.batch ');
}
