import { callersOf, callSiteOf } from '../call-site.ts';
import type { Query } from '../database.ts';
import { groupBy } from '../group-by.ts';
import type { QueryShape } from '../sql/statement.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Attributes, CallSite, Span } from '../types.ts';

/** Same-shape queries that one place sends to one database. */
export interface SameQueries {
  readonly shape: QueryShape;
  /** At least one, in order of start. */
  readonly queries: readonly Query[];
  readonly callSite: CallSite | null;
  readonly callers: readonly CallSite[];
}

/** Same queries under one ancestor. */
export interface QueryGroup extends SameQueries {
  /** Lowest span above them all; undefined when the chain to it is broken. */
  readonly ancestor: Span | undefined;
}

/**
 * Groups of at least `least` same queries, each at the lowest ancestor that holds enough of them:
 * too small groups move up to the parent and join their like, until the root. Order, interleaving
 * and other spans between change nothing.
 *
 * Source: rolling buckets up to the ancestor is AppMap's idea; the split by site is ours.
 * Cost: linear in the queries, times the depth for shapes that repeat.
 */
export function queryGroups(trace: Trace, least: number): QueryGroup[] {
  const groups: QueryGroup[] = [];
  for (const same of sameQueries(trace, least)) {
    for (const { ancestor, queries } of rollUp(trace, same.queries, least)) {
      groups.push({ ...same, ancestor, queries });
    }
  }
  return groups;
}

/**
 * Sets of at least `least` same queries, wherever they stand in the trace. Different call sites
 * and different databases make different sets; queries without a site go with the nearest one
 * before them.
 */
export function sameQueries(trace: Trace, least: number): SameQueries[] {
  if (!hasRepeats(trace.queries, least)) return [];
  const sets: SameQueries[] = [];
  for (const [shape, alike] of groupBy(trace.queries, ({ statement }) => statement.shape)) {
    if (alike.length < least) continue;
    inOrderOfStart(alike);
    for (const sameDatabase of splitByDatabase(alike)) {
      if (sameDatabase.length < least) continue;
      for (const part of splitBySite(sameDatabase)) {
        if (part.queries.length >= least) sets.push({ shape, ...part });
      }
    }
  }
  return sets;
}

/**
 * Whether some shape comes at least `least` times: most traces end here. A few shapes are counted
 * in small arrays, which costs less than a map of arrays; see `processor-per-span` in `bench/`.
 */
function hasRepeats(queries: readonly Query[], least: number): boolean {
  if (queries.length < least) return false;
  const shapes: QueryShape[] = [];
  const counts: number[] = [];
  for (const { statement } of queries) {
    const at = shapes.lastIndexOf(statement.shape);
    if (at < 0) {
      if (shapes.length >= fewShapes) return true;
      shapes.push(statement.shape);
      counts.push(1);
    } else if (++counts[at]! >= least) {
      return true;
    }
  }
  return false;
}

/** With more different shapes than this, repeats are looked for with a map. */
const fewShapes = 64;

function splitByDatabase(queries: Query[]): Iterable<Query[]> {
  const first = queries[0]!.span.attributes;
  // Nearly always there is one database, and then no key has to be made for every query.
  const isOne = queries.every(({ span: { attributes } }) =>
    placeNames.every((names) => eitherOf(attributes, names) === eitherOf(first, names)),
  );
  if (isOne) return [queries];
  return groupBy(queries, ({ span: { attributes } }) =>
    placeNames.map((names) => eitherOf(attributes, names)).join('\u0000'),
  ).values();
}

/** Attributes that tell databases apart, new names and old. */
const placeNames = [
  ['db.namespace', 'db.name'],
  ['server.address', 'net.peer.name'],
  ['server.port', 'net.peer.port'],
] as const;

function eitherOf(attributes: Attributes, [now, before]: readonly [string, string]): unknown {
  return attributes[now] ?? attributes[before];
}

type SitePart = Omit<SameQueries, 'shape'>;

function splitBySite(queries: readonly Query[]): SitePart[] {
  const parts = new Map<string, { queries: Query[]; callSite: CallSite; callers: CallSite[] }>();
  const waiting: Query[] = [];
  let current = waiting;
  for (const query of queries) {
    const { attributes } = query.span;
    const callSite = callSiteOf(attributes);
    if (callSite !== null) {
      const key = `${callSite.file}\u0000${callSite.function ?? ''}`;
      let part = parts.get(key);
      if (part === undefined) {
        part = { queries: [], callSite, callers: callersOf(attributes) };
        parts.set(key, part);
      }
      current = part.queries;
    }
    current.push(query);
  }
  const [first] = parts.values();
  if (first === undefined) return [{ queries: waiting, callSite: null, callers: [] }];
  if (waiting.length > 0) first.queries = [...waiting, ...first.queries];
  return [...parts.values()];
}

interface Bucket {
  readonly ancestor: Span | undefined;
  readonly queries: Query[];
}

/** Buckets by their ancestor, and those by its depth; -1 is above everything known. */
type Levels = Map<number, Map<Span | undefined, Bucket>>;

function rollUp(trace: Trace, queries: readonly Query[], least: number): Bucket[] {
  const levels: Levels = new Map();
  let deepest = -1;
  let bucket: Bucket | undefined;
  for (const query of queries) {
    const parent = trace.parentOf(query.span);
    if (bucket === undefined || bucket.ancestor !== parent) {
      const depth = parent === undefined ? -1 : trace.depthOf(parent);
      bucket = bucketAt(levels, depth, parent);
      deepest = Math.max(deepest, depth);
    }
    bucket.queries.push(query);
  }
  const full: Bucket[] = [];
  for (let depth = deepest; depth >= -1; depth--) {
    for (const one of levels.get(depth)?.values() ?? []) {
      if (one.queries.length >= least) full.push(one);
      else if (one.ancestor !== undefined) moveUp(trace, levels, one, depth);
    }
  }
  for (const one of full) inOrderOfStart(one.queries);
  return full;
}

function moveUp(trace: Trace, levels: Levels, { ancestor, queries }: Bucket, depth: number): void {
  const parent = trace.parentOf(ancestor!);
  const parentDepth = parent === undefined ? -1 : trace.depthOf(parent);
  // In a cycle, which only bad input has, the way up leads down again: there the chain is broken.
  const isBroken = parentDepth >= depth;
  const target = bucketAt(levels, isBroken ? -1 : parentDepth, isBroken ? undefined : parent);
  for (const query of queries) target.queries.push(query);
}

function bucketAt(levels: Levels, depth: number, ancestor: Span | undefined): Bucket {
  let level = levels.get(depth);
  if (level === undefined) levels.set(depth, (level = new Map()));
  let bucket = level.get(ancestor);
  if (bucket === undefined) level.set(ancestor, (bucket = { ancestor, queries: [] }));
  return bucket;
}
