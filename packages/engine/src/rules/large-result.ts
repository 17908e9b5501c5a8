import { largeResultAdvice } from '../advice/slow.ts';
import { timingOnPath } from '../critical-path.ts';
import { databaseSystem } from '../database.ts';
import type { Query } from '../database.ts';
import { groupBy } from '../group-by.ts';
import { ATTR_RETURNED_ROWS } from '../names.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Finding, Span } from '../types.ts';
import { findingOf } from './finding.ts';
import { placeName, placeOf } from './place.ts';
import { nothingFound } from './rule.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'large-result';

/** A read and how many rows it gave. */
interface Result {
  readonly query: Query;
  readonly span: Span;
  readonly rows: number;
}

/**
 * Fires when a read returns more than `maxResultRows` rows; reads of one shape and place are one
 * finding. Silent where nothing writes the number of rows: most drivers do not.
 */
export const largeResult: Rule = {
  name,
  title: 'Large result',
  firesWhen:
    'A read returns more than `maxResultRows` rows, where the span says how many (`db.response.returned_rows`); reads of one shape from one place are one finding.',
  judge(trace, context) {
    const { maxResultRows, explain } = context.options;
    const isLarge = (span: Span): boolean => (rowsOf(span) ?? 0) > maxResultRows;
    if (!explain && !trace.spans.some(isLarge)) return nothingFound;
    const results = trace.queries.flatMap((query) => resultOf(query, trace) ?? []);
    const large = results.filter(({ rows }) => rows > maxResultRows);
    if (large.length === 0) {
      return { findings: [], nearest: explain ? nearMiss(results, context) : null };
    }
    const groups = groupBy(inOrderOfStart(large), ({ span, query }) =>
      JSON.stringify([query.statement.shape.hash, placeName(placeOf(trace, [span]))]),
    );
    const findings = [...groups.values()].map((same) => finding(same, trace, context));
    return { findings, nearest: null };
  },
};

/** Undefined for writes, for pages of a cursor, whose size was chosen, and where nobody counted. */
function resultOf(query: Query, trace: Trace): Result | undefined {
  const { span, statement } = query;
  if (!reads.has(statement.shape.operation)) return undefined;
  const rows = rowsOf(span) ?? rowsOfOrm(span, trace);
  return rows === undefined ? undefined : { query, span, rows };
}

const reads = new Set(['SELECT', 'WITH', 'TABLE', 'VALUES']);

function rowsOf({ attributes }: Span): number | undefined {
  const rows = attributes[ATTR_RETURNED_ROWS];
  return typeof rows === 'number' ? rows : undefined;
}

/** An ORM may count what its driver's span, which stands for the query, does not. */
function rowsOfOrm(span: Span, trace: Trace): number | undefined {
  const parent = trace.parentOf(span);
  if (parent === undefined || databaseSystem(parent.attributes) === undefined) return undefined;
  return rowsOf(parent);
}

function finding(same: readonly Result[], trace: Trace, context: RuleContext): Finding {
  const spans = same.map(({ span }) => span);
  const { shape } = same[0]!.query.statement;
  const most = Math.max(...same.map(({ rows }) => rows));
  const { costMs, isParallel } = timingOnPath(trace, spans);
  const more = spans.length === 1 ? '' : `, ${spans.length} times`;
  return findingOf(trace, context, {
    rule: name,
    message: `${shape.summary} returned ${most.toLocaleString('en-US')} rows${more}`,
    confidence: 'high',
    spans,
    repeats: spans.length,
    shape: shape.text,
    summary: shape.summary,
    ...placeOf(trace, spans),
    parallel: spans.length > 1 ? isParallel : null,
    costMs,
    advice: largeResultAdvice({
      rows: most,
      isUnlimited: !/\b(?:limit|fetch first|fetch next|top)\b/.test(shape.text),
      selectsAll: /\bselect (?:distinct )?(?:\w+\.)?\*/.test(shape.text),
    }),
  });
}

function nearMiss(results: readonly Result[], { options }: RuleContext): NearMiss | null {
  const [most] = [...results].sort((a, b) => b.rows - a.rows);
  if (most === undefined) return null;
  const { summary } = most.query.statement.shape;
  const text = `${summary} returned ${most.rows} rows, not over maxResultRows ${options.maxResultRows}`;
  return { rule: name, text };
}
