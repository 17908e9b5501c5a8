import { timingOnPath } from '../critical-path.ts';
import { groupBy } from '../group-by.ts';
import { timingOf } from '../intervals.ts';
import { ATTR_ALLOW_REPEATS } from '../names.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { CallSite, Span } from '../types.ts';
import type { Call, CallGroup } from './call-groups.ts';
import { placeName } from './place.ts';

/** The groups that make one problem, and what they cost together. */
export interface Loop<C extends Call> {
  /** In order of start. */
  readonly calls: readonly C[];
  readonly spans: readonly Span[];
  readonly callSite: CallSite | null;
  readonly callers: readonly CallSite[];
  /** Name of the lowest span above the first group; empty when unknown. */
  readonly ancestor: string;
  readonly isParallel: boolean | null;
  readonly costMs: number;
  /** The cost less the slowest call of each group: one call for all takes about as long as one of them. */
  readonly savingMs: number;
}

/** Groups by problem: a loop inside a loop makes a group per turn of the outer one, which is one problem. */
export function loopsOf<C extends Call>(trace: Trace, groups: readonly CallGroup<C>[]): Loop<C>[] {
  const problems = groupBy(groups, ({ key, calls, callSite, ancestor }) => {
    const place = placeName({ callSite, ancestor: ancestor?.name ?? '' });
    return JSON.stringify([key, place, calls[0]!.span.attributes[ATTR_ALLOW_REPEATS]]);
  });
  return [...problems.values()].map((same) => loopOf(trace, same));
}

function loopOf<C extends Call>(trace: Trace, groups: readonly CallGroup<C>[]): Loop<C> {
  // The first in time, so that the order in which spans arrive decides nothing.
  const [first] = inOrderOfStart(groups.map((group) => ({ span: group.calls[0]!.span, group })));
  const { callSite, callers, ancestor } = first!.group;
  const calls = inOrderOfStart(groups.flatMap((group) => group.calls));
  const spans = calls.map(({ span }) => span);
  // An event has no duration, and the span that carries it is not what is repeated.
  if (calls[0]!.isEvent === true) {
    const unknown = { isParallel: null, costMs: 0, savingMs: 0 };
    return { calls, spans, callSite, callers, ancestor: ancestor?.name ?? '', ...unknown };
  }
  const { costMs, isParallel } = timingOnPath(trace, spans);
  let slowestMs = 0;
  for (const group of groups) slowestMs += timingOf(group.calls.map(({ span }) => span)).slowestMs;
  return {
    calls,
    spans,
    callSite,
    callers,
    ancestor: ancestor?.name ?? '',
    isParallel,
    costMs,
    savingMs: Math.max(0, costMs - slowestMs),
  };
}
