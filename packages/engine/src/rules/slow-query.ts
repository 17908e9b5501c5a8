import { slowQueryAdvice } from '../advice/slow.ts';
import { callersOf, callSiteOf } from '../call-site.ts';
import type { Query } from '../database.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { groupBy } from '../group-by.ts';
import { timingOf } from '../intervals.ts';
import { severityOf } from '../severity.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Finding } from '../types.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'slow-query';

/** Fires when a query takes at least `slowQueryMs`; slow runs of one shape and place are one finding. */
export const slowQuery: Rule = {
  name,
  firesWhen:
    'A query takes at least `slowQueryMs`; slow runs of one shape from one place are one finding.',
  judge(trace, context) {
    const { slowQueryMs, explain } = context.options;
    const slow = trace.queries.filter(({ span }) => span.durationMs >= slowQueryMs);
    if (slow.length === 0) {
      return { findings: [], nearest: explain ? nearMiss(trace, context) : null };
    }
    const groups = groupBy(inOrderOfStart(slow), (query) => fingerprint(query, trace));
    const findings = [...groups].map(([print, queries]) =>
      findingOf(print, queries, trace, context),
    );
    return { findings, nearest: null };
  },
};

function fingerprint({ span, statement }: Query, trace: Trace): string {
  return fingerprintOf({
    rule: name,
    shape: statement.shape.text,
    callSite: callSiteOf(span.attributes),
    ancestor: trace.parentOf(span)?.name ?? '',
    endpoint: trace.endpoint,
  });
}

function findingOf(
  print: string,
  queries: readonly Query[],
  trace: Trace,
  { options }: RuleContext,
): Finding {
  const spans = queries.map(({ span }) => span);
  const { shape } = queries[0]!.statement;
  const { costMs, isParallel } = timingOf(spans);
  const { attributes } = spans[0]!;
  return {
    rule: name,
    fingerprint: print,
    severity: severityOf(costMs, options),
    confidence: 'high',
    endpoint: trace.endpoint,
    traceId: trace.traceId,
    spanIds: spans.map(({ spanId }) => spanId),
    repeats: spans.length,
    shape: shape.text,
    summary: shape.summary,
    callSite: callSiteOf(attributes),
    callers: callersOf(attributes),
    parallel: spans.length > 1 ? isParallel : null,
    costMs,
    savingMs: null,
    advice: slowQueryAdvice(queries[0]!.statement),
  };
}

function nearMiss(trace: Trace, { options }: RuleContext): NearMiss | null {
  const [slowest] = [...trace.queries].sort((a, b) => b.span.durationMs - a.span.durationMs);
  if (slowest === undefined) return null;
  const { span, statement } = slowest;
  const text = `${statement.shape.summary} took ${span.durationMs.toFixed(1)} ms, below slowQueryMs ${options.slowQueryMs}`;
  return { rule: name, text };
}
