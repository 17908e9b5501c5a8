import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';

/**
 * The nearest span above another for which `isWanted` holds; undefined where there is none. Every
 * span is passed once, however deep the trace and however many ask. A cycle in bad input ends the way.
 */
export function nearestAbove(
  trace: Trace,
  isWanted: (span: Span) => boolean,
): (span: Span) => Span | undefined {
  /** Of the span itself or those above it. */
  const nearest = new Map<Span, Span | undefined>();
  return (span) => {
    const passed: Span[] = [];
    let found: Span | undefined;
    let above = trace.parentOf(span);
    for (; above !== undefined; above = trace.parentOf(above)) {
      if (nearest.has(above)) {
        found = nearest.get(above);
        break;
      }
      passed.push(above);
      nearest.set(above, undefined);
      if (isWanted(above)) {
        found = above;
        break;
      }
    }
    for (const one of passed) nearest.set(one, found);
    return found;
  };
}
