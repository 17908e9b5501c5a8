import { errorBurstAdvice } from '../advice/http.ts';
import { attemptsOf } from '../calls/attempts.ts';
import type { Attempt } from '../calls/attempts.ts';
import { retryChainsOf } from '../calls/retries.ts';
import { groupBy } from '../group-by.ts';
import type { Trace } from '../trace.ts';
import type { Finding } from '../types.ts';
import { groupsUnderAncestors, sameCalls } from './call-groups.ts';
import { findingOf } from './finding.ts';
import { loopsOf } from './loops.ts';
import type { Loop } from './loops.ts';
import { nothingFound } from './rule.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';
import { orderWords } from './words.ts';

const name = 'error-burst';

/**
 * Fires when one operation (a query's shape, an HTTP template, another outgoing call's name and
 * target) fails at least `minErrors` times in one trace, by different parameters or at the same
 * time. Of attempts at one and the same thing only the last counts: those are `retry-storm`'s. An
 * HTTP call fails by the status ERROR without an answer, from 500 on, and by 408 and 429; answers
 * such as 404 are answers.
 */
export const errorBurst: Rule = {
  name,
  title: 'Error burst',
  isAboutRepeats: true,
  firesWhen:
    'One operation (query shape, HTTP template, other outgoing call) fails at least `minErrors` times in one request; trying the same again does not count.',
  judge(trace, context) {
    const { minErrors, explain } = context.options;
    const failures = failuresOf(trace);
    if (failures.length === 0) return nothingFound;
    const sets = sameCalls(failures, ({ operation }) => operation, minErrors);
    const groups = groupsUnderAncestors(trace, sets, minErrors);
    if (groups.length > 0) {
      const findings = loopsOf(trace, groups).map((loop) => finding(loop, trace, context));
      return { findings, nearest: null };
    }
    return explain ? { findings: [], nearest: nearMiss(failures, context) } : nothingFound;
  },
};

function failuresOf(trace: Trace): Attempt[] {
  if (!trace.hasFailures) return [];
  const triedAgain = new Set(retryChainsOf(trace).flatMap(({ attempts }) => attempts.slice(0, -1)));
  return attemptsOf(trace).filter((attempt) => attempt.hasFailed && !triedAgain.has(attempt));
}

function finding(loop: Loop<Attempt>, trace: Trace, context: RuleContext): Finding {
  const { calls, spans, callSite, callers, ancestor, isParallel, costMs } = loop;
  const { summary, operation } = calls[0]!;
  const all = attemptsOf(trace).filter((attempt) => attempt.operation === operation).length;
  return findingOf(trace, context, {
    rule: name,
    message: `${summary} failed ${spans.length} of ${all} times in one request${orderWords(isParallel)}`,
    confidence: 'high',
    spans,
    repeats: spans.length,
    shape: operation,
    summary,
    callSite,
    callers,
    ancestor,
    parallel: isParallel,
    costMs,
    advice: errorBurstAdvice({ operation: summary, errors: spans.length }),
  });
}

function nearMiss(failures: readonly Attempt[], { options }: RuleContext): NearMiss {
  const [most] = [...groupBy(failures, ({ operation }) => operation).values()].sort(
    (a, b) => b.length - a.length,
  );
  const times = most!.length === 1 ? 'once' : `${most!.length} times`;
  const reason =
    most!.length < options.minErrors
      ? `below minErrors ${options.minErrors}`
      : 'but from different places';
  return { rule: name, text: `${most![0]!.summary} failed ${times}, ${reason}` };
}
