import { slowQueryAdvice } from '../advice/slow.ts';
import { timingOnPath } from '../critical-path.ts';
import type { Query } from '../database.ts';
import { groupBy } from '../group-by.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Finding } from '../types.ts';
import { findingOf } from './finding.ts';
import { placeName, placeOf } from './place.ts';
import { durationWords } from './words.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'slow-query';

/** Fires when a query takes at least `slowQueryMs`; slow runs of one shape and place are one finding. */
export const slowQuery: Rule = {
  name,
  title: 'Slow query',
  firesWhen:
    'A query takes at least `slowQueryMs`; slow runs of one shape from one place are one finding.',
  judge(trace, context) {
    const { slowQueryMs, explain } = context.options;
    const slow = trace.queries.filter(({ span }) => span.durationMs >= slowQueryMs);
    if (slow.length === 0) {
      return { findings: [], nearest: explain ? nearMiss(trace, context) : null };
    }
    const groups = groupBy(inOrderOfStart(slow), (query) => problemOf(query, trace));
    const findings = [...groups.values()].map((queries) => finding(queries, trace, context));
    return { findings, nearest: null };
  },
};

function problemOf({ span, statement }: Query, trace: Trace): string {
  return `${statement.shape.hash} ${placeName(placeOf(trace, [span]))}`;
}

function finding(queries: readonly Query[], trace: Trace, context: RuleContext): Finding {
  const spans = queries.map(({ span }) => span);
  const { shape } = queries[0]!.statement;
  const { costMs, slowestMs, isParallel } = timingOnPath(trace, spans);
  const more = spans.length === 1 ? '' : `, ${spans.length} times`;
  return findingOf(trace, context, {
    rule: name,
    message: `${shape.summary} took ${durationWords(slowestMs)}${more}`,
    confidence: 'high',
    spans,
    repeats: spans.length,
    shape: shape.text,
    summary: shape.summary,
    ...placeOf(trace, spans),
    parallel: spans.length > 1 ? isParallel : null,
    costMs,
    advice: slowQueryAdvice(queries[0]!.statement),
  });
}

function nearMiss(trace: Trace, { options }: RuleContext): NearMiss | null {
  const [slowest] = [...trace.queries].sort((a, b) => b.span.durationMs - a.span.durationMs);
  if (slowest === undefined) return null;
  const { span, statement } = slowest;
  const text = `${statement.shape.summary} took ${span.durationMs.toFixed(1)} ms, below slowQueryMs ${options.slowQueryMs}`;
  return { rule: name, text };
}
