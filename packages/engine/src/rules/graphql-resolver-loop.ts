import { dataLoaderAdvice } from '../advice/graphql.ts';
import { timingOnPath } from '../critical-path.ts';
import { groupBy } from '../group-by.ts';
import type { Trace } from '../trace.ts';
import type { Finding } from '../types.ts';
import type { SameCalls } from './call-groups.ts';
import { findingOf } from './finding.ts';
import { fieldName, resolverCallsOf, resolverLoopsOf } from './resolver-loops.ts';
import type { ResolverCall } from './resolver-loops.ts';
import { nothingFound } from './rule.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';
import { orderWords } from './words.ts';

const name = 'graphql-resolver-loop';

/**
 * Fires when the resolver of one field runs again and again, as for the items of a list, and sends
 * the same query or HTTP call at least `minRepeats` times. What a DataLoader batched does not count, nor does a loop
 * inside one resolver. Where resolvers have no spans, or work goes on after theirs had ended and
 * stands beside them, `n-plus-one-query` sees the same loop without its field.
 */
export const graphqlResolverLoop: Rule = {
  name,
  title: 'GraphQL resolver loop',
  isAboutRepeats: true,
  firesWhen:
    'The resolver of one field (`User.posts`) sends the same query or HTTP call at least `minRepeats` times, once for each item of a list, and no DataLoader batches them.',
  judge(trace, context) {
    const { minRepeats, explain } = context.options;
    const loops = resolverLoopsOf(trace, minRepeats);
    if (loops.length > 0) {
      return { findings: loops.map((loop) => finding(loop, trace, context)), nearest: null };
    }
    return explain ? { findings: [], nearest: nearMiss(trace, context) } : nothingFound;
  },
};

function finding(
  { calls, callSite, callers }: SameCalls<ResolverCall>,
  trace: Trace,
  context: RuleContext,
): Finding {
  const spans = calls.map(({ span }) => span);
  const { field, query, shape, summary } = calls[0]!;
  const fieldOfType = fieldName(calls[0]!);
  const { costMs, slowestMs, isParallel } = timingOnPath(trace, spans);
  return findingOf(trace, context, {
    rule: name,
    message: `${fieldOfType} sent ${summary} ${spans.length} times in one request, once for each item${orderWords(isParallel)}`,
    confidence: 'high',
    spans,
    repeats: spans.length,
    shape,
    summary: `${fieldOfType} ${summary}`,
    callSite,
    callers,
    ancestor: fieldOfType,
    parallel: isParallel,
    costMs,
    savingMs: Math.max(0, costMs - slowestMs),
    advice: dataLoaderAdvice({
      typeName: field.typeName,
      field: field.field,
      statement: query?.statement ?? null,
    }),
  });
}

function nearMiss(trace: Trace, { options }: RuleContext): NearMiss | null {
  const sets = [
    ...groupBy(resolverCallsOf(trace), (call) => `${fieldName(call)} ${call.shape}`).values(),
  ];
  const [most] = sets.sort((a, b) => b.length - a.length);
  if (most === undefined || most.length < 2) return null;
  const { summary } = most[0]!;
  const reason =
    most.length < options.minRepeats
      ? `below minRepeats ${options.minRepeats}`
      : 'but in one run of the resolver, or from different places';
  return {
    rule: name,
    text: `${fieldName(most[0]!)} sent ${summary} ${most.length} times, ${reason}`,
  };
}
