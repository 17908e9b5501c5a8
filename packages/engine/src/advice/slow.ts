import { timingOf } from '../intervals.ts';
import type { Statement } from '../sql/statement.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Advice } from '../types.ts';

/** The plan says why; the statement is printed ready to be explained. Never runs anything. */
export function slowQueryAdvice({ shape, exportText }: Statement): Advice {
  const isExplainable = shape.dialect === 'postgresql' || shape.dialect === 'mysql';
  const isRead = shape.operation === 'SELECT' || shape.operation === 'WITH';
  return {
    text: `Look at the plan of this query: a scan of the whole table asks for an index on the columns of its WHERE and ORDER BY.`,
    statement: isExplainable && isRead ? `EXPLAIN ${exportText.trim()}` : null,
  };
}

/** Names the greatest part of the time that the trace can show. */
export function slowEndpointAdvice(trace: Trace, durationMs: number): Advice {
  const { queries } = trace;
  if (queries.length === 0) {
    return {
      text: 'No query of it was seen: look at its other calls and its own work.',
      statement: null,
    };
  }
  const { costMs } = timingOf(inOrderOfStart([...queries]).map(({ span }) => span));
  const share = Math.min(100, Math.round((100 * costMs) / durationMs));
  const count = queries.length === 1 ? 'one query' : `${queries.length} queries`;
  const text =
    share >= 50
      ? `${share} % of the time went to ${count}: start there.`
      : `Only ${share} % of the time went to ${count}: look at its other calls and its own work.`;
  return { text, statement: null };
}
