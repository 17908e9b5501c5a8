import { poolWaitAdvice } from '../advice/connections.ts';
import { acquiresOf } from '../calls/acquires.ts';
import type { Acquire } from '../calls/acquires.ts';
import { timingOnPath } from '../critical-path.ts';
import { groupBy } from '../group-by.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Finding } from '../types.ts';
import { findingOf } from './finding.ts';
import { placeOf } from './place.ts';
import { cutWords, durationWords } from './words.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'pool-wait';
/** An acquire of an idle connection takes no longer; starts are whole milliseconds, too. */
const noWaitMs = 1;

/**
 * Fires when a request spends at least `poolWaitMs` of its critical path waiting for connections of
 * one pool. Time in which a new connection is made is no wait for the pool. Waits that run beside
 * other work which the request waited for anyway cost nothing and do not count.
 */
export const poolWait: Rule = {
  name,
  title: 'Wait for the pool',
  firesWhen:
    'A request waits at least `poolWaitMs` of its critical path for connections of one pool; making a new connection does not count.',
  judge(trace, context) {
    const { poolWaitMs, explain } = context.options;
    const waits = acquiresOf(trace).filter(({ waitMs }) => waitMs > noWaitMs);
    if (waits.length === 0) return { findings: [], nearest: null };
    // The new connection that took the time may be among the spans that were left out.
    if (context.isCut) {
      return { findings: [], nearest: explain ? { rule: name, text: cutWords } : null };
    }
    const pools = [...groupBy(inOrderOfStart(waits), ({ pool }) => pool).values()]
      .map((acquires) => ({ acquires, costMs: waitedMs(trace, acquires) }))
      .sort((a, b) => b.costMs - a.costMs);
    const long = pools.filter(({ costMs }) => costMs >= poolWaitMs);
    if (long.length > 0) {
      const findings = long.map((one) => finding(one.acquires, one.costMs, trace, context));
      return { findings, nearest: null };
    }
    return { findings: [], nearest: explain ? nearMiss(pools[0]!, poolWaitMs) : null };
  },
};

/** Wall time on the critical path; never more than the waits themselves, where there is no path. */
function waitedMs(trace: Trace, acquires: readonly Acquire[]): number {
  const { costMs } = timingOnPath(
    trace,
    acquires.map(({ span }) => span),
  );
  return Math.min(
    costMs,
    acquires.reduce((sum, { waitMs }) => sum + waitMs, 0),
  );
}

function finding(
  acquires: readonly Acquire[],
  costMs: number,
  trace: Trace,
  context: RuleContext,
): Finding {
  const spans = acquires.map(({ span }) => span);
  const { pool } = acquires[0]!;
  const { isParallel } = timingOnPath(trace, spans);
  const known = acquires.find((acquire) => acquire.maxConnections !== null);
  const maxConnections = known?.maxConnections ?? null;
  const count = spans.length === 1 ? 'a connection' : `connections, ${spans.length} times,`;
  return findingOf(trace, context, {
    rule: name,
    message:
      `The request waited ${durationWords(costMs)} for ${count} of the pool ${pool}`.trimEnd(),
    confidence: 'high',
    spans,
    repeats: spans.length,
    shape: pool,
    summary: pool,
    ...placeOf(trace, spans),
    parallel: spans.length > 1 ? isParallel : null,
    costMs,
    savingMs: costMs,
    advice: poolWaitAdvice({ maxConnections }),
  });
}

function nearMiss(
  { acquires, costMs }: { readonly acquires: readonly Acquire[]; readonly costMs: number },
  poolWaitMs: number,
): NearMiss {
  const { pool } = acquires[0]!;
  const text = `the request waited ${durationWords(costMs)} for the pool ${pool}, below poolWaitMs ${poolWaitMs}`;
  return { rule: name, text };
}
