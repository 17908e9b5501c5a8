import { inWords } from '../advice/advice.ts';
import { cacheBatchAdvice } from '../advice/cache-calls.ts';
import { withoutBatched } from '../calls/batches.ts';
import { withoutCarried } from '../calls/carried-reads.ts';
import type { CacheRead } from '../calls/cache.ts';
import { stampedesOf } from '../calls/stampedes.ts';
import { databaseSystem } from '../database.ts';
import { groupBy } from '../group-by.ts';
import type { Trace } from '../trace.ts';
import type { Advice, Confidence, Finding } from '../types.ts';
import { groupsUnderAncestors, sameCalls } from './call-groups.ts';
import { findingOf } from './finding.ts';
import { loopsOf } from './loops.ts';
import type { Loop } from './loops.ts';
import { orderWords } from './words.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'n-plus-one-cache';

/**
 * Fires when one place reads single keys of one cache and one pattern of keys at least `minRepeats`
 * times under one ancestor: events of a cache, and commands such as GET. Names as keys
 * (`user:alice`) count where they differ and what stands before their last colon does not.
 *
 * A cache on top of a store shows a read twice, as an event and as a call; then the call counts.
 * Events have no duration: what they cost is unknown and counted as 0. Where neither pattern nor
 * key is known, reads of one cache may still be of different kinds, hence low confidence; events
 * that do not even name their cache are not counted. Keys tell loops apart but are never shown:
 * they are data.
 */
export const nPlusOneCache: Rule = {
  name,
  title: 'N+1 cache reads',
  isAboutRepeats: true,
  firesWhen:
    'One place reads single keys of one cache and key pattern at least `minRepeats` times under one ancestor; pipelines and batches do not count.',
  judge(trace, context) {
    const { minRepeats, explain } = context.options;
    if (!explain && trace.cacheReads.length < minRepeats) return { findings: [], nearest: null };
    const reads = countedReads(trace, context);
    const byPattern = groupsUnderAncestors(trace, sameCalls(reads, keyOf, minRepeats), minRepeats);
    const taken = new Set(byPattern.flatMap(({ calls }) => calls));
    const named = reads.filter((read) => !taken.has(read) && namesKeyOf(read) !== undefined);
    const byName = groupsUnderAncestors(
      trace,
      sameCalls(named, namesKeyOf, minRepeats),
      minRepeats,
    );
    const groups = [...byPattern, ...byName.filter(({ calls }) => keysIn(calls) >= minRepeats)];
    if (groups.length === 0) {
      return { findings: [], nearest: explain ? nearMiss(reads, trace, context) : null };
    }
    const shown = groups.map((group) => ({ ...group, key: kindOf(group.calls[0]!) }));
    const loops = loopsOf(trace, shown);
    return { findings: loops.map((loop) => finding(loop, trace, context)), nearest: null };
  },
};

function countedReads(trace: Trace, { options }: RuleContext): readonly CacheRead[] {
  const rushed = new Set(stampedesOf(trace, options.minStampede).flatMap(({ reads }) => reads));
  const single = withoutCarried(trace, trace.cacheReads).filter(
    (read) => !rushed.has(read) && (read.cache !== '' || read.pattern !== null),
  );
  return withoutBatched(trace, single, keyOf);
}

/** `redis GET`, `users user:{id}`: how a kind of reads is called, without any key. */
function kindOf({ cache, verb, pattern, isEvent }: CacheRead): string {
  return [cache, isEvent ? pattern : verb].filter(Boolean).join(' ');
}

function keyOf(read: CacheRead): string {
  return `${kindOf(read)}\u0000${read.pattern ?? ''}`;
}

/** For `user:alice` what `user:bob` has too; undefined without such a part, and for numbered keys. */
function namesKeyOf(read: CacheRead): string | undefined {
  const { key, pattern } = read;
  const end = pattern?.lastIndexOf(':') ?? -1;
  if (key === null || pattern === null || end < 1 || pattern.includes('*')) return undefined;
  return `${kindOf(read)}\u0000${pattern.slice(0, end)}`;
}

function keysIn(calls: readonly CacheRead[]): number {
  return new Set(calls.map(({ key }) => key)).size;
}

function finding(loop: Loop<CacheRead>, trace: Trace, context: RuleContext): Finding {
  const { calls, spans, callSite, callers, ancestor, isParallel, costMs, savingMs } = loop;
  const kind = kindOf(calls[0]!);
  const { isEvent } = calls[0]!;
  const what = isEvent ? `Single keys of ${kind} were read` : `${kind} ran`;
  const same = areSameKey(calls) ? ', with the same key each time' : '';
  return findingOf(trace, context, {
    rule: name,
    message: `${what} ${calls.length} times in one request${orderWords(isParallel)}${same}`,
    confidence: confidenceIn(calls),
    spans,
    repeats: calls.length,
    shape: kind,
    summary: kind,
    callSite,
    callers,
    ancestor,
    parallel: isParallel,
    costMs,
    savingMs: isEvent ? null : savingMs,
    advice: adviceFor(calls),
  });
}

function areSameKey(calls: readonly CacheRead[]): boolean {
  const { key } = calls[0]!;
  return key !== null && calls.every((call) => call.key === key);
}

function confidenceIn(calls: readonly CacheRead[]): Confidence {
  const { pattern, isEvent } = calls[0]!;
  if (pattern === null) return 'low';
  if (isEvent || keysIn(calls) === 1) return 'medium';
  // Names that differ may be of different things; numbers behind one name are not.
  return calls.every((call) => call.pattern === pattern) ? 'high' : 'low';
}

function adviceFor(calls: readonly CacheRead[]): Advice {
  const { cache, pattern, span, verb, isEvent } = calls[0]!;
  if (areSameKey(calls)) return hoistAdvice;
  if (isEvent) return cacheBatchAdvice({ cache, pattern, system: null });
  if (!verb.startsWith('GET')) return pipelineAdvice;
  const system = databaseSystem(span.attributes) ?? null;
  return cacheBatchAdvice({ cache, pattern: null, system });
}

const hoistAdvice = inWords('Read the key once and hand the value on.');
const pipelineAdvice = inWords(
  'Collect the keys first and send the commands in one pipeline, which is one round trip.',
);

function nearMiss(
  reads: readonly CacheRead[],
  trace: Trace,
  { options }: RuleContext,
): NearMiss | null {
  const { minRepeats } = options;
  const groups = [...groupBy(trace.cacheReads, kindOf).values()];
  const [most] = groups.sort((a, b) => b.length - a.length);
  if (most === undefined || most.length < 2) return null;
  const kind = kindOf(most[0]!);
  const counted = reads.filter((read) => kindOf(read) === kind).length;
  const reason =
    most.length >= minRepeats && counted < minRepeats
      ? `but only ${counted} of them are single reads on their own, below minRepeats ${minRepeats}`
      : most.length < minRepeats
        ? `below minRepeats ${minRepeats}`
        : `but not with one key pattern from one place, below minRepeats ${minRepeats}`;
  return { rule: name, text: `${kind || 'a cache'} ran ${most.length} times, ${reason}` };
}
