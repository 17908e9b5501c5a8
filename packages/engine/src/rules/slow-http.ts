import type { HttpCall } from '../calls/http.ts';
import { timingOnPath } from '../critical-path.ts';
import { groupBy } from '../group-by.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Finding } from '../types.ts';
import { findingOf } from './finding.ts';
import { placeName, placeOf } from './place.ts';
import { durationWords } from './words.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'slow-http';

/** Fires when an outgoing HTTP call takes at least `slowHttpMs`; slow calls of one template and place are one finding. */
export const slowHttp: Rule = {
  name,
  title: 'Slow HTTP call',
  firesWhen:
    'An outgoing HTTP call takes at least `slowHttpMs`; slow calls of one template from one place are one finding.',
  judge(trace, context) {
    const { slowHttpMs, explain } = context.options;
    const slow = trace.httpCalls.filter(({ span }) => span.durationMs >= slowHttpMs);
    if (slow.length === 0) {
      return { findings: [], nearest: explain ? nearMiss(trace, context) : null };
    }
    const groups = groupBy(inOrderOfStart(slow), ({ span, template }) =>
      JSON.stringify([template, placeName(placeOf(trace, [span]))]),
    );
    const findings = [...groups.values()].map((calls) => finding(calls, trace, context));
    return { findings, nearest: null };
  },
};

function finding(calls: readonly HttpCall[], trace: Trace, context: RuleContext): Finding {
  const spans = calls.map(({ span }) => span);
  const { template, hasFailed } = calls[0]!;
  const { costMs, slowestMs, isParallel } = timingOnPath(trace, spans);
  const more = spans.length === 1 ? '' : `, ${spans.length} times`;
  const failed = spans.length === 1 && hasFailed ? ' and failed' : '';
  return findingOf(trace, context, {
    rule: name,
    message: `${template} took ${durationWords(slowestMs)}${more}${failed}`,
    confidence: 'high',
    spans,
    repeats: spans.length,
    shape: template,
    summary: template,
    ...placeOf(trace, spans),
    parallel: spans.length > 1 ? isParallel : null,
    costMs,
    advice: {
      text: 'Give the call a time limit, keep its answer in a cache, or run it at the same time as other work.',
      statement: null,
      proof: null,
    },
  });
}

function nearMiss(trace: Trace, { options }: RuleContext): NearMiss | null {
  const [slowest] = [...trace.httpCalls].sort((a, b) => b.span.durationMs - a.span.durationMs);
  if (slowest === undefined) return null;
  const text = `${slowest.template} took ${durationWords(slowest.span.durationMs)}, below slowHttpMs ${options.slowHttpMs}`;
  return { rule: name, text };
}
