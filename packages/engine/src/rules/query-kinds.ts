import { hasFailed } from '../calls/attempts.ts';
import { isSwitch, switchesOf, tenantsOf } from '../calls/tenants.ts';
import { nearestAbove } from '../calls/nearest-above.ts';
import { parametersOf } from '../database.ts';
import type { Query } from '../database.ts';
import { groupBy } from '../group-by.ts';
import type { QueryShape } from '../sql/statement.ts';
import { inOrderOfStart } from '../trace.ts';
import { onceATrace } from '../once-a-trace.ts';
import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';
import { hasRepeats, splitByTarget } from './call-groups.ts';
import { readsChunk } from './chunks.ts';
import { arePages } from './pages.ts';

/**
 * What a query is among those of its shape, so that each is counted by one rule:
 * - `page`: reads a cursor, a page or a chunk;
 * - `failed`: left to `retry-storm` and `error-burst`; what is tried again counts once, when it succeeds;
 * - `switch`: chooses a tenant;
 * - `cached`: answered by an ORM's own cache;
 * - `batched`: sent for a DataLoader's batch;
 * - `write`: each changes something, whatever its parameters;
 * - `repeated`: reads with parameters that a query before it had;
 * - `distinct`: the first read with its parameters;
 * - `unknown`: a read whose parameters nobody knows, which is never the same as another.
 */
export type QueryKind =
  | 'page'
  | 'failed'
  | 'switch'
  | 'cached'
  | 'batched'
  | 'write'
  | 'repeated'
  | 'distinct'
  | 'unknown';

/** The queries of a trace whose shape comes more than once. */
export interface QueryKinds {
  /** Undefined for a query whose shape comes once. */
  readonly kindOf: (query: Query) => QueryKind | undefined;
  /** Reads of one shape with the same known parameters: at least two each, in order of start. */
  readonly alike: readonly (readonly Query[])[];
}

const noQueries: ReadonlySet<Query> = new Set();

/**
 * Kinds are tried in the order in which they stand in `QueryKind`, over the whole trace and in
 * order of start: call sites and ancestors make no difference. Computed once a trace.
 */
export const queryKindsOf = onceATrace(readKinds);

function readKinds(trace: Trace): QueryKinds {
  const kinds = new Map<Query, QueryKind>();
  const alike: Query[][] = [];
  if (hasRepeats(trace.queries, shapeOf, 2)) {
    const tenantOf = switchesOf(trace).length === 0 ? undefined : tenantsOf(trace);
    const batchAbove = trace.others.some(isBatch) ? nearestAbove(trace, isBatch) : undefined;
    for (const [shape, queries] of groupBy(trace.queries, shapeOf)) {
      if (queries.length < 2) continue;
      const inOrder = inOrderOfStart(queries);
      const ofAll = kindOfAll(shape, inOrder);
      const batched = batchAbove === undefined ? noQueries : batchedAmong(inOrder, batchAbove);
      for (const toOneTarget of splitByTarget(inOrder)) {
        const reads = new Map<string, Query[]>();
        for (const query of toOneTarget) {
          const kind = ofAll ?? (batched.has(query) ? 'batched' : kindOfOne(query));
          kinds.set(query, kind ?? kindOfRead(query, reads, tenantOf));
        }
        for (const same of reads.values()) if (same.length > 1) alike.push(same);
      }
    }
  }
  return { kindOf: (query) => kinds.get(query), alike };
}

function shapeOf({ statement }: Query): QueryShape {
  return statement.shape;
}

/** `reads` are those before it, by their parameters and tenant; it is put among them. */
function kindOfRead(
  query: Query,
  reads: Map<string, Query[]>,
  tenantOf: ((query: Query) => string) | undefined,
): QueryKind {
  const parameters = parametersFor(query);
  if (parameters === null) return 'unknown';
  const key = tenantOf === undefined ? parameters : `${tenantOf(query)}\u0000${parameters}`;
  const before = reads.get(key);
  if (before === undefined) reads.set(key, [query]);
  else before.push(query);
  return before === undefined ? 'distinct' : 'repeated';
}

/** What all queries of a shape are; undefined when it depends on each. */
function kindOfAll(shape: QueryShape, queries: readonly Query[]): QueryKind | undefined {
  if (isSwitch(shape)) return 'switch';
  if (readsChunk(shape)) return 'page';
  return arePages(shape, queries) ? 'page' : undefined;
}

/** What one query is by itself; undefined for a read, which depends on those before it. */
function kindOfOne({ span, statement }: Query): QueryKind | undefined {
  if (hasFailed(span)) return 'failed';
  if (isFromCache(span)) return 'cached';
  return statement.shape.writes.length > 0 ? 'write' : undefined;
}

/** Behind the end of a text that was cut off anything may stand. */
function parametersFor(query: Query): string | null {
  return query.statement.isCut ? null : parametersOf(query);
}

/** ORMs that cache mark a hit in one of these ways. */
export function isFromCache({ attributes, name }: Span): boolean {
  return (
    isTrue(attributes['cached']) ||
    isTrue(attributes['db.cached']) ||
    isTrue(attributes['db.query.cached']) ||
    isTrue(attributes['db.sql.cached']) ||
    name.startsWith('CACHE ')
  );
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Queries of one shape below a DataLoader's batch, unless it sends several of them. */
function batchedAmong(
  queries: readonly Query[],
  batchAbove: (span: Span) => Span | undefined,
): Set<Query> {
  const batched = new Set<Query>();
  for (const [batch, members] of groupBy(queries, ({ span }) => batchAbove(span))) {
    if (batch !== undefined && members.length === 1) batched.add(members[0]!);
  }
  return batched;
}

function isBatch({ name }: Span): boolean {
  return name === 'dataloader.batch' || name.startsWith('dataloader.batch ');
}
