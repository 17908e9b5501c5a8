import { batchAdvice } from '../advice/batch.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { timingOf } from '../intervals.ts';
import { severityOf } from '../severity.ts';
import type { Trace } from '../trace.ts';
import type { Finding } from '../types.ts';
import { queryGroups } from './query-groups.ts';
import type { QueryGroup } from './query-groups.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'n-plus-one-query';

/**
 * Fires when one place issues the same query shape at least `minRepeats` times under one ancestor,
 * one after another, in parallel or interleaved with others, reading or writing.
 *
 * A statement without any value is not counted: repeating it fetches the same thing again, which
 * is a duplicate, not an N+1. Saving: the wall time of the group less its slowest member, because
 * one batched statement costs about as much as one of them.
 */
export const nPlusOneQuery: Rule = {
  name,
  judge(trace, context) {
    const groups = queryGroups(trace, context.options.minRepeats).filter(
      ({ shape }) => shape.hasValues,
    );
    return {
      findings: groups.map((group) => findingOf(group, trace, context)),
      nearest: context.options.explain && groups.length === 0 ? nearMiss(trace, context) : null,
    };
  },
};

function findingOf(group: QueryGroup, trace: Trace, { options }: RuleContext): Finding {
  const { shape, callSite, callers } = group;
  const spans = group.queries.map(({ span }) => span);
  const { costMs, slowestMs, isParallel } = timingOf(spans);
  return {
    rule: name,
    fingerprint: fingerprintOf({
      rule: name,
      shape: shape.text,
      callSite,
      ancestor: group.ancestor?.name ?? '',
      endpoint: trace.endpoint,
    }),
    severity: severityOf(costMs, options),
    // Without the parameters at hand it may also be one row fetched again and again.
    confidence: 'medium',
    endpoint: trace.endpoint,
    traceId: trace.traceId,
    spanIds: spans.map(({ spanId }) => spanId),
    repeats: spans.length,
    shape: shape.text,
    summary: shape.summary,
    callSite,
    callers,
    parallel: isParallel,
    costMs,
    savingMs: Math.max(0, costMs - slowestMs),
    advice: batchAdvice(group.queries[0]!.statement),
  };
}

function nearMiss(trace: Trace, { options }: RuleContext): NearMiss | null {
  const most = queryGroups(trace, 2).sort((a, b) => b.queries.length - a.queries.length)[0];
  if (most === undefined) return null;
  const { shape, queries } = most;
  const reason = shape.hasValues
    ? `below minRepeats ${options.minRepeats}`
    : 'but the statement holds no value, so it is a duplicate';
  return { rule: name, text: `${shape.summary} ran ${queries.length} times, ${reason}` };
}
