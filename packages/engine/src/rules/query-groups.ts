import { callersOf, callSiteOf } from '../call-site.ts';
import type { Query } from '../database.ts';
import { groupBy } from '../group-by.ts';
import type { QueryShape } from '../sql/statement.ts';
import type { Trace } from '../trace.ts';
import type { CallSite, Span } from '../types.ts';

/** Same-shape queries of one place under one ancestor. */
export interface QueryGroup {
  readonly shape: QueryShape;
  /** At least one, in order of start. */
  readonly queries: readonly Query[];
  /** Lowest span above them all; undefined when the chain to it is broken. */
  readonly ancestor: Span | undefined;
  readonly callSite: CallSite | null;
  readonly callers: readonly CallSite[];
}

/**
 * Groups of at least `least` same-shape queries, each at the lowest ancestor that holds enough of
 * them: too small groups move up to the parent and join their like, until the root. Order,
 * interleaving and other spans between change nothing. Different call sites and different databases
 * make different groups; queries without a site go with the nearest one before them.
 *
 * Source: rolling buckets up to the ancestor is AppMap's idea; the split by site is ours.
 * Cost: linear in the queries, times the depth for shapes that repeat.
 */
export function queryGroups(trace: Trace, least: number): QueryGroup[] {
  const groups: QueryGroup[] = [];
  for (const [shape, queries] of repeatedShapes(trace, least)) {
    for (const sameDatabase of splitByDatabase(queries)) {
      for (const bucket of rollUp(trace, sameDatabase, least)) {
        for (const part of splitBySite(bucket.queries)) {
          if (part.queries.length >= least)
            groups.push({ shape, ancestor: bucket.ancestor, ...part });
        }
      }
    }
  }
  return groups;
}

function repeatedShapes(trace: Trace, least: number): Map<QueryShape, Query[]> {
  if (trace.queries.length < least) return new Map();
  const byShape = groupBy(trace.queries, ({ statement }) => statement.shape);
  for (const [shape, queries] of byShape) if (queries.length < least) byShape.delete(shape);
  return byShape;
}

function splitByDatabase(queries: Query[]): Iterable<Query[]> {
  return groupBy(queries, ({ span: { attributes } }) =>
    [
      attributes['db.namespace'] ?? attributes['db.name'],
      attributes['server.address'] ?? attributes['net.peer.name'],
      attributes['server.port'],
    ].join('\u0000'),
  ).values();
}

interface Bucket {
  ancestor: Span | undefined;
  depth: number;
  queries: Query[];
}

function rollUp(trace: Trace, queries: readonly Query[], least: number): Bucket[] {
  let open = new Map<Span | undefined, Bucket>();
  for (const query of queries) put(trace, open, trace.parentOf(query.span), [query]);
  const full: Bucket[] = [];
  while (open.size > 0) {
    const deepest = Math.max(...[...open.values()].map(({ depth }) => depth));
    const rest = new Map<Span | undefined, Bucket>();
    for (const bucket of open.values()) {
      if (bucket.depth < deepest) put(trace, rest, bucket.ancestor, bucket.queries);
    }
    for (const bucket of open.values()) {
      if (bucket.depth < deepest) continue;
      if (bucket.queries.length >= least) full.push(bucket);
      else if (bucket.ancestor !== undefined) {
        put(trace, rest, trace.parentOf(bucket.ancestor), bucket.queries);
      }
    }
    open = rest;
  }
  for (const { queries: members } of full) members.sort((a, b) => a.span.startMs - b.span.startMs);
  return full;
}

function put(
  trace: Trace,
  buckets: Map<Span | undefined, Bucket>,
  ancestor: Span | undefined,
  queries: readonly Query[],
): void {
  const bucket = buckets.get(ancestor);
  if (bucket !== undefined) {
    bucket.queries.push(...queries);
    return;
  }
  const depth = ancestor === undefined ? -1 : trace.depthOf(ancestor);
  buckets.set(ancestor, { ancestor, depth, queries: [...queries] });
}

type SitePart = Pick<QueryGroup, 'queries' | 'callSite' | 'callers'>;

function splitBySite(queries: readonly Query[]): SitePart[] {
  const parts = new Map<
    string,
    { queries: Query[]; callSite: CallSite | null; callers: CallSite[] }
  >();
  let current: string | undefined;
  const waiting: Query[] = [];
  for (const query of queries) {
    const { attributes } = query.span;
    const site = callSiteOf(attributes);
    if (site !== null) {
      current = `${site.file}\u0000${site.function ?? ''}`;
      if (!parts.has(current)) {
        parts.set(current, { queries: [], callSite: site, callers: callersOf(attributes) });
      }
    }
    if (current === undefined) waiting.push(query);
    else parts.get(current)!.queries.push(query);
  }
  const [first] = parts.values();
  if (first === undefined) return [{ queries: waiting, callSite: null, callers: [] }];
  first.queries.unshift(...waiting);
  return [...parts.values()];
}
