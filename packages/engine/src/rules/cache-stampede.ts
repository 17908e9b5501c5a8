import { stampedeAdvice } from '../advice/cache-calls.ts';
import { stampedesOf } from '../calls/stampedes.ts';
import type { Stampede } from '../calls/stampedes.ts';
import { timingOnPath } from '../critical-path.ts';
import type { Trace } from '../trace.ts';
import type { Finding } from '../types.ts';
import { findingOf } from './finding.ts';
import { placeOf } from './place.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'cache-stampede';

/**
 * Fires when `minStampede` loads of one key of a cache run at the same time in one trace. That it is
 * one key is proved by what the loads ask, never assumed: see `stampedesOf`. No saving is given,
 * because a single load takes as long as many at once; it is the database that they cost.
 */
export const cacheStampede: Rule = {
  name,
  title: 'Cache stampede',
  isAboutRepeats: true,
  firesWhen:
    'After misses of one cache at least `minStampede` loads of one key run at the same time: identical queries or calls, or spans of the cache that name the key.',
  judge(trace, context) {
    const { minStampede, explain } = context.options;
    const stampedes = stampedesOf(trace, minStampede);
    if (stampedes.length === 0) {
      return { findings: [], nearest: explain ? nearMiss(trace, context) : null };
    }
    return { findings: stampedes.map((one) => finding(one, trace, context)), nearest: null };
  },
};

function finding(stampede: Stampede, trace: Trace, context: RuleContext): Finding {
  const { cache, pattern, loads, loaded } = stampede;
  const { costMs } = timingOnPath(trace, loads);
  const of = pattern === null ? cache : `${pattern} of ${cache}`;
  return findingOf(trace, context, {
    rule: name,
    message: `${loads.length} loads of one key ran at the same time after misses of ${of || 'a cache'}: ${loaded}`,
    confidence: 'high',
    spans: loads,
    repeats: loads.length,
    shape: [cache, pattern, loaded].filter(Boolean).join(' '),
    summary: pattern ?? (cache || loaded),
    ...placeOf(trace, loads),
    parallel: true,
    costMs,
    advice: stampedeAdvice({ cache, loads: loads.length }),
  });
}

function nearMiss(trace: Trace, { options }: RuleContext): NearMiss | null {
  const { minStampede } = options;
  const misses = trace.cacheReads.filter(({ result }) => result === 'miss').length;
  if (misses < 2) return null;
  const [pair] = stampedesOf(trace, 2);
  const text =
    misses < minStampede
      ? `a cache missed ${misses} times, below minStampede ${minStampede}`
      : pair === undefined
        ? `a cache missed ${misses} times, but no two loads at the same time are known to be of one key`
        : `${pair.loads.length} loads of one key ran at the same time, below minStampede ${minStampede}`;
  return { rule: name, text };
}
