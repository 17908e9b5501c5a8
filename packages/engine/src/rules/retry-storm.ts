import { retryAdvice } from '../advice/http.ts';
import { hasBackoffAt } from '../calls/backoff.ts';
import { retryChainsOf } from '../calls/retries.ts';
import type { RetryChain } from '../calls/retries.ts';
import { timingOnPath } from '../critical-path.ts';
import { groupBy } from '../group-by.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Confidence, Finding } from '../types.ts';
import { findingOf } from './finding.ts';
import { placeName, placeOf } from './place.ts';
import { nothingFound } from './rule.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';
import { durationWords } from './words.ts';

const name = 'retry-storm';

/**
 * Fires when a call (a query with its parameters, an HTTP call with its path, any other outgoing
 * call by name and target) is tried again at least `minRetries` times at once after it had failed,
 * whether or not it works in the end. A new attempt backs off when the pause before it is a second
 * or more, or half as long again as the pause before; see `hasBackoffAt`.
 */
export const retryStorm: Rule = {
  name,
  title: 'Retry storm',
  isAboutRepeats: true,
  firesWhen:
    'A call that fails is tried again at least `minRetries` times without a pause that grows or lasts a second.',
  judge(trace, context) {
    const { minRetries, explain } = context.options;
    const chains = retryChainsOf(trace);
    if (chains.length === 0) return nothingFound;
    const storms = chains.filter((chain) => retriesAtOnce(chain) >= minRetries);
    if (storms.length > 0) {
      const problems = groupBy(storms, (chain) => problemOf(trace, chain));
      const findings = [...problems.values()].map((same) => finding(same, trace, context));
      return { findings, nearest: null };
    }
    return explain ? { findings: [], nearest: nearMiss(chains, context) } : nothingFound;
  },
};

function retriesAtOnce({ pausesMs }: RetryChain): number {
  return pausesMs.filter((_, at) => !hasBackoffAt(pausesMs, at)).length;
}

function problemOf(trace: Trace, { attempts }: RetryChain): string {
  const place = placeOf(
    trace,
    attempts.map(({ span }) => span),
  );
  return `${attempts[0]!.operation} ${placeName(place)}`;
}

function finding(chains: readonly RetryChain[], trace: Trace, context: RuleContext): Finding {
  const attempts = inOrderOfStart(chains.flatMap((chain) => [...chain.attempts]));
  const spans = attempts.map(({ span }) => span);
  const { summary, operation } = attempts[0]!;
  const { costMs, isParallel } = timingOnPath(trace, spans);
  const calls = chains.length === 1 ? '' : ` for ${chains.length} calls`;
  const worked = chains.filter((chain) => !chain.attempts.at(-1)!.hasFailed).length;
  const end =
    worked === chains.length ? 'and worked at last' : worked > 0 ? 'partly in vain' : 'in vain';
  const wallMs = wallTimeOf(chains);
  return findingOf(trace, context, {
    rule: name,
    message: `${summary} was tried ${spans.length} times${calls} within ${durationWords(wallMs)}, at once after each failure, ${end}`,
    confidence: confidenceIn(chains),
    spans,
    repeats: spans.length,
    shape: operation,
    summary,
    ...placeOf(trace, spans),
    parallel: isParallel,
    costMs,
    advice: retryAdvice({ attempts: Math.max(...chains.map((chain) => chain.attempts.length)) }),
  });
}

function wallTimeOf(chains: readonly RetryChain[]): number {
  let longestMs = 0;
  for (const { attempts } of chains) {
    const { startMs, durationMs } = attempts.at(-1)!.span;
    longestMs = Math.max(longestMs, startMs + durationMs - attempts[0]!.span.startMs);
  }
  return longestMs;
}

function confidenceIn(chains: readonly RetryChain[]): Confidence {
  if (chains.some(({ isKnown }) => !isKnown)) return 'low';
  return chains.every(({ attempts }) => attempts[0]!.isWhole) ? 'high' : 'medium';
}

function nearMiss(chains: readonly RetryChain[], { options }: RuleContext): NearMiss {
  const [longest] = [...chains].sort((a, b) => b.attempts.length - a.attempts.length);
  const { attempts } = longest!;
  const { summary } = attempts[0]!;
  const retries = attempts.length - 1;
  const reason =
    retries < options.minRetries
      ? `below minRetries ${options.minRetries}`
      : 'but with pauses that grow or last a second';
  return { rule: name, text: `${summary} was tried again ${retries} times, ${reason}` };
}
