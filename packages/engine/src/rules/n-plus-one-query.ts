import { batchAdvice } from '../advice/batch.ts';
import { haveTransactionsOfTheirOwn } from '../calls/borders.ts';
import { stampedesOf } from '../calls/stampedes.ts';
import { writesTo } from '../calls/changes.ts';
import { isOnePerTenant, switchesOf, tenantsOf } from '../calls/tenants.ts';
import { parametersOf } from '../database.ts';
import type { Query } from '../database.ts';
import type { QueryShape } from '../sql/statement.ts';
import type { Trace } from '../trace.ts';
import { SpanKind } from '../types.ts';
import type { Advice, Confidence, Finding } from '../types.ts';
import { groupsUnderAncestors, hasRepeats, sameCalls } from './call-groups.ts';
import type { CallGroup } from './call-groups.ts';
import { findingOf } from './finding.ts';
import { loopsOf } from './loops.ts';
import type { Loop } from './loops.ts';
import { mayBePages } from './pages.ts';
import { queryKindsOf } from './query-kinds.ts';
import type { QueryKind } from './query-kinds.ts';
import { spansOfResolverLoops } from './resolver-loops.ts';
import { nothingFound } from './rule.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';
import { orderWords } from './words.ts';

const name = 'n-plus-one-query';

/**
 * Fires when one place issues the same query shape at least `minRepeats` times under one ancestor,
 * one after another, in parallel or interleaved with others, reading or writing.
 *
 * Reads count once for each set of parameters, because fetching the same again is a duplicate;
 * unknown parameters count each, with medium confidence. What else does not count stands in
 * `QueryKind`. Not reported: loops of GraphQL's resolvers, which have a rule of their own, one query
 * for each of several tenants, and writes of a job that has a transaction for each row on purpose.
 *
 * Saving: the wall time of the queries less the slowest of each group, because one batched
 * statement costs about as much as one of them.
 */
export const nPlusOneQuery: Rule = {
  name,
  title: 'N+1 query',
  isAboutRepeats: true,
  firesWhen:
    'One place sends the same query shape at least `minRepeats` times under one ancestor, reading by different keys or writing: one after another, in parallel or interleaved.',
  judge(trace, context) {
    const { minRepeats, explain } = context.options;
    const mayLoop = hasRepeats(trace.queries, shapeOf, minRepeats);
    const groups = mayLoop ? groupsOf(trace, context) : [];
    if (groups.length > 0) {
      // By shape only: loops for two tenants are one problem.
      const byShape = groups.map((group) => ({ ...group, key: shapeOf(group.calls[0]!).hash }));
      const loops = loopsOf(trace, byShape);
      const writing = trace.queries.filter((query) => shapeOf(query).writes.length > 0);
      const findings = loops.map((loop) => finding(loop, writing, trace, context));
      return { findings, nearest: null };
    }
    return explain ? { findings: [], nearest: nearMiss(trace, context) } : nothingFound;
  },
};

function shapeOf({ statement }: Query): QueryShape {
  return statement.shape;
}

function groupsOf(trace: Trace, { options }: RuleContext): CallGroup<Query>[] {
  const { minRepeats, minStampede, allowRowPerTransaction } = options;
  const { kindOf } = queryKindsOf(trace);
  const inResolvers = spansOfResolverLoops(trace, minRepeats);
  const loads = new Set(stampedesOf(trace, minStampede).flatMap((one) => one.loads));
  const counting = trace.queries.filter(
    (query) => isCounted(kindOf(query)) && !inResolvers.has(query.span) && !loads.has(query.span),
  );
  const sets = sameCalls(counting, keyOf(trace), minRepeats);
  return groupsUnderAncestors(trace, sets, minRepeats).filter(
    ({ calls }) =>
      !isOnePerTenant(trace, calls) && !(allowRowPerTransaction && isJobsRows(trace, calls)),
  );
}

function isCounted(kind: QueryKind | undefined): boolean {
  return kind === 'distinct' || kind === 'unknown' || kind === 'write';
}

/** The shape, and for whom where the trace speaks for several tenants. */
function keyOf(trace: Trace): (query: Query) => unknown {
  if (switchesOf(trace).length === 0) return shapeOf;
  const tenantOf = tenantsOf(trace);
  return (query) => `${shapeOf(query).hash} ${tenantOf(query)}`;
}

/** A job's loop in which every row that is written, or locked to be, has a transaction of its own. */
function isJobsRows(trace: Trace, calls: readonly Query[]): boolean {
  const { root } = trace;
  if (root === undefined || root.kind === SpanKind.server) return false;
  const { writes, locks } = shapeOf(calls[0]!);
  return (writes.length > 0 || locks) && haveTransactionsOfTheirOwn(trace, calls);
}

function finding(
  loop: Loop<Query>,
  writing: readonly Query[],
  trace: Trace,
  context: RuleContext,
): Finding {
  const { calls, spans, callSite, callers, ancestor, isParallel, costMs, savingMs } = loop;
  const shape = shapeOf(calls[0]!);
  return findingOf(trace, context, {
    rule: name,
    message: `${shape.summary} ran ${spans.length} times in one request${orderWords(isParallel)}`,
    confidence: confidenceIn(calls),
    spans,
    repeats: spans.length,
    shape: shape.text,
    summary: shape.summary,
    callSite,
    callers,
    ancestor,
    parallel: isParallel,
    costMs,
    savingMs,
    advice: adviceFor(calls, writing),
  });
}

/**
 * High when every call is known to have parameters of its own. Unknown ones may be one row fetched
 * again and again, which is a problem too, and no reason for less than medium. Where they may also
 * be the pages of one list, it is one step less. What follows the beginning of a text that was cut
 * off is unknown altogether.
 */
function confidenceIn(calls: readonly Query[]): Confidence {
  if (calls.some(({ statement }) => statement.isCut)) return 'low';
  const isKnown = calls.every((query) => parametersOf(query) !== null);
  if (mayBePages(shapeOf(calls[0]!), calls)) return isKnown ? 'medium' : 'low';
  return isKnown ? 'high' : 'medium';
}

/** A batch would read everything before the first write, so it is not the same where writes lie between. */
function adviceFor(calls: readonly Query[], writing: readonly Query[]): Advice {
  const { statement } = calls[0]!;
  const { writes } = statement.shape;
  if (writes.length > 0) return batchAdvice(statement);
  const fromMs = calls[0]!.span.startMs;
  const untilMs = calls.at(-1)!.span.startMs;
  const writesBetween = writing.some(
    ({ span, statement: other }) =>
      span.startMs >= fromMs && span.startMs <= untilMs && writesTo(other.shape, statement.shape),
  );
  return batchAdvice(statement, { writesBetween });
}

function nearMiss(trace: Trace, context: RuleContext): NearMiss | null {
  const { kindOf } = queryKindsOf(trace);
  const sets = sameCalls(trace.queries, shapeOf, 2).map(({ calls }) => {
    return { calls, counted: calls.filter((query) => isCounted(kindOf(query))) };
  });
  const [most] = sets.sort(
    (a, b) => b.counted.length - a.counted.length || b.calls.length - a.calls.length,
  );
  if (most === undefined) return null;
  const { calls, counted } = most;
  const { summary } = shapeOf(calls[0]!);
  const reason = reasonAgainst(trace, calls, counted, context);
  return { rule: name, text: `${summary} ran ${calls.length} times, ${reason}` };
}

function reasonAgainst(
  trace: Trace,
  calls: readonly Query[],
  counted: readonly Query[],
  { options }: RuleContext,
): string {
  const { minRepeats } = options;
  if (counted.length < calls.length && counted.length < minRepeats) {
    const { kindOf } = queryKindsOf(trace);
    const other = calls.map(kindOf).find((kind) => kind !== undefined && !isCounted(kind));
    const reason = reasons[other ?? ''] ?? 'and others do not count';
    return counted.length < 2 ? `but ${reason}` : `${counted.length} of them count, ${reason}`;
  }
  if (counted.length < minRepeats) return `below minRepeats ${minRepeats}`;
  if (isOnePerTenant(trace, counted)) return 'but for one tenant each';
  if (isJobsRows(trace, counted))
    return 'but each in a transaction of its own, see allowRowPerTransaction';
  return 'but a rule of its own reports them, or not enough for one tenant';
}

const reasons: Readonly<Record<string, string>> = {
  page: 'it reads one list page by page',
  failed: 'those that failed are errors or are tried again',
  switch: 'it chooses a tenant',
  cached: 'a cache in the process answered',
  batched: 'a DataLoader had batched them',
  repeated: 'with the same parameters it is a duplicate',
};
