import { timingOf } from '../intervals.ts';
import type { QueryShape, Statement } from '../sql/statement.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Advice } from '../types.ts';
import { inWords } from './advice.ts';

/**
 * The plan says why; the statement is printed ready to be explained. Never runs anything. EXPLAIN
 * replaces no statement, so there is nothing to prove: `unproved` is all that can be said of it.
 */
export function slowQueryAdvice({ shape, exportText }: Statement): Advice {
  if (shape.dialect === 'none') {
    return inWords(
      'Look at how the store answers this: a scan of the whole collection asks for an index on the fields it filters and sorts by.',
    );
  }
  const text =
    'Look at the plan of this query: a scan of the whole table asks for an index on the columns of its WHERE and ORDER BY';
  const statement = explanationOf(shape, exportText.trim());
  if (statement === null) return inWords(`${text} (EXPLAIN it with real values).`);
  const since = statement.includes('GENERIC_PLAN') ? ' (PostgreSQL 16 or later)' : '';
  return { text: `${text}${since}.`, statement, proof: 'unproved' };
}

/** Null where it would not run as it stands: values are missing, or the dialect has other words. */
function explanationOf({ dialect, operation }: QueryShape, text: string): string | null {
  const isRead = operation === 'SELECT' || operation === 'WITH';
  if (!isRead || text.includes('?') || /%s|%\(|[:@]\w/.test(text.replaceAll('::', ''))) return null;
  if (!text.includes('$')) {
    return dialect === 'postgresql' || dialect === 'mysql' ? `EXPLAIN ${text}` : null;
  }
  return dialect === 'postgresql' ? `EXPLAIN (GENERIC_PLAN) ${text}` : null;
}

/** Names the greatest part of the time that the trace can show. */
export function slowEndpointAdvice(trace: Trace, durationMs: number): Advice {
  const { queries } = trace;
  if (queries.length === 0) {
    return {
      text: 'No query of it was seen: look at its other calls and its own work.',
      statement: null,
      proof: null,
    };
  }
  const { costMs } = timingOf(inOrderOfStart([...queries]).map(({ span }) => span));
  const share = Math.min(100, Math.round((100 * costMs) / durationMs));
  const count = queries.length === 1 ? 'one query' : `${queries.length} queries`;
  const text =
    share >= 50
      ? `${share} % of the time went to ${count}: start there.`
      : `Only ${share} % of the time went to ${count}: look at its other calls and its own work.`;
  return { text, statement: null, proof: null };
}

export interface LargeResult {
  readonly rows: number;
  /** False when the statement already has a LIMIT. */
  readonly isUnlimited: boolean;
  /** True for `SELECT *`. */
  readonly selectsAll: boolean;
}

export function largeResultAdvice({ rows, isUnlimited, selectsAll }: LargeResult): Advice {
  const limit = isUnlimited ? 'Give it a LIMIT and read it page by page' : 'Lower its LIMIT';
  const columns = selectsAll ? ', and name the columns you need instead of *' : '';
  const text = `${limit}${columns}: it returned ${rows} rows.`;
  return { text, statement: null, proof: null };
}
