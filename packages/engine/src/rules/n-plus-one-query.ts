import { batchAdvice } from '../advice/batch.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { groupBy } from '../group-by.ts';
import { timingOf } from '../intervals.ts';
import { severityOf } from '../severity.ts';
import type { QueryShape } from '../sql/statement.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Finding } from '../types.ts';
import { queryGroups, sameQueries } from './query-groups.ts';
import type { QueryGroup } from './query-groups.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'n-plus-one-query';

/**
 * Fires when one place issues the same query shape at least `minRepeats` times under one ancestor,
 * one after another, in parallel or interleaved with others, reading or writing.
 *
 * A statement without any value is not counted: repeating it fetches the same thing again, which
 * is a duplicate, not an N+1. Nor is FETCH: a cursor is read in pages. Saving: the wall time of the
 * queries less the slowest of each group, because one batched statement costs about as much as one
 * of them.
 */
export const nPlusOneQuery: Rule = {
  name,
  firesWhen:
    'One place sends the same query shape at least `minRepeats` times under one ancestor: one after another, in parallel or interleaved, reading or writing.',
  judge(trace, context) {
    const groups = queryGroups(trace, context.options.minRepeats).filter(({ shape }) =>
      canBeBatched(shape),
    );
    if (groups.length === 0) {
      return { findings: [], nearest: context.options.explain ? nearMiss(trace, context) : null };
    }
    // A loop inside a loop makes a group per turn of the outer one: that is one problem.
    const problems = groupBy(groups, (group) => fingerprint(group, trace));
    const findings = [...problems].map(([print, same]) => findingOf(print, same, trace, context));
    return { findings, nearest: null };
  },
};

function canBeBatched({ hasValues, operation }: QueryShape): boolean {
  return hasValues && operation !== 'FETCH';
}

function fingerprint({ shape, callSite, ancestor }: QueryGroup, { endpoint }: Trace): string {
  return fingerprintOf({
    rule: name,
    shape: shape.text,
    callSite,
    ancestor: ancestor?.name ?? '',
    endpoint,
  });
}

function findingOf(
  print: string,
  groups: readonly QueryGroup[],
  trace: Trace,
  { options }: RuleContext,
): Finding {
  const [first] = groups;
  const { shape, callSite, callers } = first!;
  const isOne = groups.length === 1;
  const queries = isOne ? first!.queries : inOrderOfStart(groups.flatMap((group) => group.queries));
  const spans = queries.map(({ span }) => span);
  const { costMs, slowestMs, isParallel } = timingOf(spans);
  return {
    rule: name,
    fingerprint: print,
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
    savingMs: Math.max(0, costMs - (isOne ? slowestMs : slowestOfEach(groups))),
    advice: batchAdvice(queries[0]!.statement),
  };
}

function slowestOfEach(groups: readonly QueryGroup[]): number {
  let sumMs = 0;
  for (const { queries } of groups) sumMs += timingOf(queries.map(({ span }) => span)).slowestMs;
  return sumMs;
}

function nearMiss(trace: Trace, { options }: RuleContext): NearMiss | null {
  const [most] = sameQueries(trace, 2).sort((a, b) => b.queries.length - a.queries.length);
  if (most === undefined) return null;
  const { shape, queries } = most;
  const reason = reasonAgainst(shape, options.minRepeats);
  return { rule: name, text: `${shape.summary} ran ${queries.length} times, ${reason}` };
}

function reasonAgainst(shape: QueryShape, minRepeats: number): string {
  if (!shape.hasValues) return 'but the statement holds no value, so it is a duplicate';
  return canBeBatched(shape) ? `below minRepeats ${minRepeats}` : 'but a cursor is read in pages';
}
