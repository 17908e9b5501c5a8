import { callersOf, callSiteOf } from '../call-site.ts';
import { ATTR_ALLOW_REPEATS } from '../names.ts';
import { targetOf } from '../calls/target.ts';
import { groupBy } from '../group-by.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { CallSite, Span } from '../types.ts';

/** Anything that can repeat: a call, an HTTP call, a cache read. */
export interface Call {
  readonly span: Span;
  /** True for what a span only carries, such as an event: the span is then its parent. */
  readonly isEvent?: boolean;
}

/** Calls with the same key that one place sends to one target. */
export interface SameCalls<C extends Call> {
  readonly key: unknown;
  /** At least one, in order of start. */
  readonly calls: readonly C[];
  readonly callSite: CallSite | null;
  readonly callers: readonly CallSite[];
}

/** Same calls under one ancestor. */
export interface CallGroup<C extends Call> extends SameCalls<C> {
  /** Lowest span above them all; undefined when the chain to it is broken. */
  readonly ancestor: Span | undefined;
}

/**
 * Groups of at least `least` same calls, each at the lowest ancestor that holds enough of them:
 * too small groups move up to the parent and join their like, until the root. Order, interleaving
 * and other spans between change nothing.
 *
 * Source: rolling buckets up to the ancestor is AppMap's idea; the split by site is ours.
 * Cost: linear in the calls, times the depth for keys that repeat.
 */
export function groupsUnderAncestors<C extends Call>(
  trace: Trace,
  sets: readonly SameCalls<C>[],
  least: number,
): CallGroup<C>[] {
  const groups: CallGroup<C>[] = [];
  for (const same of sets) {
    for (const { ancestor, calls } of rollUp(trace, same.calls, least)) {
      groups.push({ ...same, ancestor, calls });
    }
  }
  return groups;
}

/**
 * Sets of at least `least` calls with the same key (compared by identity), wherever they stand in
 * the trace. Different call sites, different databases or servers, and repeats allowed in code make different sets; calls
 * without a site go with the nearest one before them.
 */
export function sameCalls<C extends Call>(
  calls: readonly C[],
  keyOf: (call: C) => unknown,
  least: number,
): SameCalls<C>[] {
  if (!hasRepeats(calls, keyOf, least)) return [];
  const sets: SameCalls<C>[] = [];
  for (const [key, alike] of groupBy(calls, keyOf)) {
    if (alike.length < least) continue;
    inOrderOfStart(alike);
    for (const sameTarget of splitByTarget(alike)) {
      if (sameTarget.length < least) continue;
      for (const part of splitBySite(sameTarget)) {
        if (part.calls.length >= least) sets.push({ key, ...part });
      }
    }
  }
  return sets;
}

/**
 * Whether some key comes at least `least` times: most traces end here. A few keys are counted in
 * small arrays, which costs less than a map of arrays; see `processor-per-span` in `bench/`.
 */
export function hasRepeats<C>(
  calls: readonly C[],
  keyOf: (call: C) => unknown,
  least: number,
): boolean {
  if (calls.length < least) return false;
  const keys: unknown[] = [];
  const counts: number[] = [];
  for (const call of calls) {
    const key = keyOf(call);
    const at = keys.lastIndexOf(key);
    if (at < 0) {
      if (keys.length >= fewKeys) return true;
      keys.push(key);
      counts.push(1);
    } else if (++counts[at]! >= least) {
      return true;
    }
  }
  return false;
}

/** With more different keys than this, repeats are looked for with a map. */
const fewKeys = 64;

/**
 * The calls by database and server, and by whether code allows their repeats, which are then no
 * evidence for those that it does not. Nearly always that is all of them, and no key has to be made
 * for each.
 */
export function splitByTarget<C extends Call>(calls: C[]): Iterable<C[]> {
  const first = calls[0]!.span;
  if (calls.every(({ span }) => haveSameTarget(span, first))) return [calls];
  return groupBy(
    calls,
    ({ span }) => `${targetOf(span)}\u0000${String(span.attributes[ATTR_ALLOW_REPEATS])}`,
  ).values();
}

/** Names are written out: 0.06 µs a call, looked up by a variable 0.5 (Node 24.21). */
function haveSameTarget({ attributes: a }: Span, { attributes: b }: Span): boolean {
  return (
    (a['db.namespace'] ?? a['db.name']) === (b['db.namespace'] ?? b['db.name']) &&
    (a['server.address'] ?? a['net.peer.name']) === (b['server.address'] ?? b['net.peer.name']) &&
    (a['server.port'] ?? a['net.peer.port']) === (b['server.port'] ?? b['net.peer.port']) &&
    a[ATTR_ALLOW_REPEATS] === b[ATTR_ALLOW_REPEATS]
  );
}

type SitePart<C extends Call> = Omit<SameCalls<C>, 'key'>;

function splitBySite<C extends Call>(calls: readonly C[]): SitePart<C>[] {
  const parts = new Map<string, { calls: C[]; callSite: CallSite; callers: CallSite[] }>();
  const waiting: C[] = [];
  let current = waiting;
  for (const call of calls) {
    const { attributes } = call.span;
    const callSite = callSiteOf(attributes);
    if (callSite !== null) {
      const key = `${callSite.file}\u0000${callSite.function ?? ''}`;
      let part = parts.get(key);
      if (part === undefined) {
        part = { calls: [], callSite, callers: callersOf(attributes) };
        parts.set(key, part);
      }
      current = part.calls;
    }
    current.push(call);
  }
  const [first] = parts.values();
  if (first === undefined) return [{ calls: waiting, callSite: null, callers: [] }];
  if (waiting.length > 0) first.calls = [...waiting, ...first.calls];
  return [...parts.values()];
}

interface Bucket<C> {
  readonly ancestor: Span | undefined;
  readonly calls: C[];
}

/** Buckets by their ancestor, and those by its depth; -1 is above everything known. */
type Levels<C> = Map<number, Map<Span | undefined, Bucket<C>>>;

function rollUp<C extends Call>(trace: Trace, calls: readonly C[], least: number): Bucket<C>[] {
  const levels: Levels<C> = new Map();
  let deepest = -1;
  let bucket: Bucket<C> | undefined;
  for (const call of calls) {
    const parent = call.isEvent === true ? call.span : trace.parentOf(call.span);
    if (bucket === undefined || bucket.ancestor !== parent) {
      const depth = parent === undefined ? -1 : trace.depthOf(parent);
      bucket = bucketAt(levels, depth, parent);
      deepest = Math.max(deepest, depth);
    }
    bucket.calls.push(call);
  }
  const full: Bucket<C>[] = [];
  for (let depth = deepest; depth >= -1; depth--) {
    for (const one of levels.get(depth)?.values() ?? []) {
      if (one.calls.length >= least) full.push(one);
      else if (one.ancestor !== undefined) moveUp(trace, levels, one, depth);
    }
  }
  for (const one of full) inOrderOfStart(one.calls);
  return full;
}

function moveUp<C extends Call>(
  trace: Trace,
  levels: Levels<C>,
  { ancestor, calls }: Bucket<C>,
  depth: number,
): void {
  const parent = trace.parentOf(ancestor!);
  const parentDepth = parent === undefined ? -1 : trace.depthOf(parent);
  // In a cycle, which only bad input has, the way up leads down again: there the chain is broken.
  const isBroken = parentDepth >= depth;
  const target = bucketAt(levels, isBroken ? -1 : parentDepth, isBroken ? undefined : parent);
  for (const call of calls) target.calls.push(call);
}

function bucketAt<C>(levels: Levels<C>, depth: number, ancestor: Span | undefined): Bucket<C> {
  let level = levels.get(depth);
  if (level === undefined) levels.set(depth, (level = new Map()));
  let bucket = level.get(ancestor);
  if (bucket === undefined) level.set(ancestor, (bucket = { ancestor, calls: [] }));
  return bucket;
}
