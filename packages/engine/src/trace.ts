import { cacheReadsOf } from './calls/cache.ts';
import type { CacheRead } from './calls/cache.ts';
import { httpCallOf } from './calls/http.ts';
import type { HttpCall } from './calls/http.ts';
import { criticalPathOf } from './critical-path.ts';
import type { PathPiece } from './critical-path.ts';
import { databaseSystem, statementOf } from './database.ts';
import type { Query } from './database.ts';
import { groupBy } from './group-by.ts';
import type { Statements } from './sql/statements.ts';
import { ATTR_EVENTS_COUNTED } from './names.ts';
import { StatusCode } from './types.ts';
import type { Span } from './types.ts';

/** What is known of a trace beside its ended spans. */
export interface Surroundings {
  /** Spans still open when the root ended: ancestors, and what they read, but no calls that count. */
  readonly open: readonly Span[];
  /** Without a root: events up to this time have counted for the root already. Epoch milliseconds. */
  readonly countedUntilMs: number;
}

/** Events that its own process counted for the root; undefined where none said so. */
function eventsCounted({ attributes }: Span): number | undefined {
  const counted = attributes[ATTR_EVENTS_COUNTED];
  return typeof counted === 'number' && counted >= 0 ? counted : undefined;
}

const noSpans: readonly Span[] = [];
const noTwins: ReadonlySet<Span> = new Set();

/** Starts are whole milliseconds in Node.js, so times of different spans differ by up to one. */
const clockStepMs = 1;

/**
 * The spans of one local root, ready to be asked. Rules share it, so what several of them need
 * (queries, parents, depths) is computed once and only when first asked for.
 */
export class Trace {
  /** Undefined for children that ended after their root: they are judged without it. */
  readonly root: Span | undefined;
  /** Ended spans in any order, the root among them. Not to be changed. */
  readonly spans: readonly Span[];
  readonly endpoint: string;
  /** All database calls that move data, leaf spans only, as they arrived. */
  readonly queries: readonly Query[];
  /** Statements that steer the connection (`BEGIN`, `COMMIT`, `SET`), as they arrived. */
  readonly controls: readonly Query[];
  /** Spans without a statement, as they arrived: rules about other things look at these only. */
  readonly others: readonly Span[];
  /** True when some span has the status ERROR, or some HTTP call a status from 400 on. */
  readonly hasFailures: boolean;
  readonly #hasEventsOnStatements: boolean;
  #httpCalls: readonly HttpCall[] | undefined;
  #cacheReads: readonly CacheRead[] | undefined;
  #criticalPath: readonly PathPiece[] | undefined;
  #byId: Map<string, Span> | undefined;
  #depths: Map<string, number> | undefined;
  /** By the number of the question; see `onceATrace`. */
  readonly answers: object[] = [];

  /** Spans of ORMs that stand beside their driver's span of the same statement: no work of their own. */
  twins: ReadonlySet<Span> = noTwins;
  readonly #around: Surroundings;

  constructor(
    root: Span | undefined,
    spans: readonly Span[],
    endpoint: string,
    statements: Statements,
    around: Partial<Surroundings> = {},
  ) {
    this.root = root;
    this.#around = { open: noSpans, countedUntilMs: -Infinity, ...around };
    this.spans = spans;
    this.endpoint = endpoint;
    const { queries, controls, others, hasFailures, hasEvents } = readCalls(spans, statements);
    this.queries = this.#leaves(queries);
    this.controls = controls;
    this.others = others;
    this.hasFailures = hasFailures;
    this.#hasEventsOnStatements = hasEvents;
  }

  get traceId(): string {
    return (this.root ?? this.spans[0])?.traceId ?? '';
  }

  /** Outgoing HTTP calls, the innermost span of each, as they arrived. */
  get httpCalls(): readonly HttpCall[] {
    return (this.#httpCalls ??= this.#innermost(
      this.others.flatMap((span) => httpCallOf(span) ?? []),
    ));
  }

  /** Reads of single keys, from events and from calls to key-value stores, as they arrived. */
  get cacheReads(): readonly CacheRead[] {
    return (this.#cacheReads ??= this.#readCaches());
  }

  /** Where the root's time went, latest first. */
  get criticalPath(): readonly PathPiece[] {
    return (this.#criticalPath ??= criticalPathOf(this));
  }

  /** True when `span` stands somewhere below `ancestor`. */
  isUnder(span: Span, ancestor: Span): boolean {
    for (const above of this.ancestorsOf(span)) if (above === ancestor) return true;
    return false;
  }

  /** From the parent up to the root or to where the chain breaks; a cycle in bad input ends it. */
  *ancestorsOf(span: Span): Generator<Span, void, undefined> {
    let steps = this.spans.length + this.#around.open.length;
    let above = this.parentOf(span);
    for (; above !== undefined && steps > 0; steps--) {
      yield above;
      above = this.parentOf(above);
    }
  }

  spanOf(spanId: string): Span | undefined {
    return this.#index().get(spanId);
  }

  /** The parent if it is among the spans; undefined for the root and where it never arrived. */
  parentOf(span: Span): Span | undefined {
    const { parentSpanId } = span;
    if (span === this.root || parentSpanId === undefined) return undefined;
    if (parentSpanId === this.root?.spanId) return this.root;
    return parentSpanId === span.spanId ? undefined : this.#index().get(parentSpanId);
  }

  /** Steps up to the root or to where the chain breaks. A cycle in bad input ends the count. */
  depthOf(span: Span): number {
    const path: Span[] = [];
    const depths = (this.#depths ??= new Map());
    let current: Span | undefined = span;
    let depth = -1;
    while (current !== undefined && depth < 0) {
      const known: number | undefined = depths.get(current.spanId);
      if (known !== undefined) {
        depth = known;
        break;
      }
      path.push(current);
      depths.set(current.spanId, 0);
      current = this.parentOf(current);
    }
    for (const passed of path.reverse()) depths.set(passed.spanId, ++depth);
    return depth;
  }

  #index(): Map<string, Span> {
    if (this.#byId !== undefined) return this.#byId;
    this.#byId = new Map(this.spans.map((span) => [span.spanId, span]));
    for (const span of this.#around.open) this.#byId.set(span.spanId, span);
    return this.#byId;
  }

  /** What a span that is still open has read by the root's end counts now, and later no more. */
  #readCaches(): CacheRead[] {
    const { open, countedUntilMs } = this.#around;
    const reads: CacheRead[] = [];
    for (const span of this.#hasEventsOnStatements ? this.spans : this.others) {
      const counted = this.root === undefined ? eventsCounted(span) : undefined;
      const events = counted === undefined ? span.events : span.events.slice(counted);
      for (const read of cacheReadsOf(span, events)) {
        const isNew = !read.isEvent || counted !== undefined || read.timeMs > countedUntilMs;
        if (isNew) reads.push(read);
      }
    }
    if (this.root === undefined || open.length === 0) return reads;
    const untilMs = this.root.startMs + this.root.durationMs + clockStepMs;
    for (const span of open) {
      const counted = eventsCounted(span);
      for (const read of cacheReadsOf(span, span.events.slice(0, counted))) {
        if (read.isEvent && (counted !== undefined || read.timeMs <= untilMs)) reads.push(read);
      }
    }
    return reads;
  }

  /** A library's span over the http module's span is one call. */
  #innermost(calls: readonly HttpCall[]): readonly HttpCall[] {
    if (calls.length === 0) return calls;
    const all = new Set(calls.map(({ span }) => span));
    const outer = new Set<Span>();
    for (const { span } of calls) {
      const parent = this.parentOf(span);
      if (parent === undefined) continue;
      if (all.has(parent)) outer.add(parent);
      // A database that speaks HTTP: the call is the query's own.
      if (databaseSystem(parent.attributes) !== undefined) outer.add(span);
    }
    return outer.size === 0 ? calls : calls.filter(({ span }) => !outer.has(span));
  }

  /** An ORM's span over its driver's span, or beside it, is one query: only the driver's counts. */
  #leaves(queries: readonly Query[]): readonly Query[] {
    if (queries.length < 2) return queries;
    const outer = this.#outerDatabaseSpans(queries);
    const leaves = outer.size === 0 ? queries : queries.filter(({ span }) => !outer.has(span));
    const single = withoutTwins(leaves);
    if (single.length < leaves.length) {
      const kept = new Set(single);
      this.twins = new Set(leaves.filter((query) => !kept.has(query)).map((query) => query.span));
    }
    return single;
  }

  /** Database spans above a query of the same system. Every ancestor is passed once a system. */
  #outerDatabaseSpans(queries: readonly Query[]): Set<Span> {
    const outer = new Set<Span>();
    const passed = new Map<string | undefined, Set<Span>>();
    for (const { span } of queries) {
      if (span.parentSpanId === undefined || span.parentSpanId === this.root?.spanId) continue;
      const system = databaseSystem(span.attributes);
      let known = passed.get(system);
      if (known === undefined) passed.set(system, (known = new Set()));
      let above = this.parentOf(span);
      while (above !== undefined && !known.has(above)) {
        known.add(above);
        if (databaseSystem(above.attributes) === system) outer.add(above);
        above = this.parentOf(above);
      }
    }
    return outer;
  }
}

function readCalls(
  spans: readonly Span[],
  statements: Statements,
): Pick<Trace, 'queries' | 'controls' | 'others' | 'hasFailures'> & { hasEvents: boolean } {
  const queries: Query[] = [];
  const controls: Query[] = [];
  const others: Span[] = [];
  let hasFailures = false;
  let hasEvents = false;
  for (const span of spans) {
    const { attributes } = span;
    hasFailures ||= span.statusCode === StatusCode.error;
    const statement = statementOf(attributes, statements);
    if (statement === undefined) {
      others.push(span);
      const status = attributes['http.response.status_code'] ?? attributes['http.status_code'];
      hasFailures ||= typeof status === 'number' && status >= 400;
      continue;
    }
    hasEvents ||= span.events.length > 0;
    const { kind } = statement.shape;
    if (kind === 'query') queries.push({ span, statement });
    else if (kind !== 'ping') controls.push({ span, statement });
  }
  return { queries, controls, others, hasFailures, hasEvents };
}

/** Packages whose span may stand beside their driver's span instead of above it. */
const ormScope = /prisma|drizzle|typeorm|sequelize|knex|mikro-orm/;

/** Of an ORM's span and a driver's span of the same statement at the same time, only the driver's. */
function withoutTwins(queries: readonly Query[]): readonly Query[] {
  if (queries.length < 2) return queries;
  const { scope } = queries[0]!.span;
  // Nearly always one package made them all.
  if (queries.every(({ span }) => span.scope === scope)) return queries;
  const isOrm = queries.map(({ span }) => ormScope.test(span.scope));
  if (!isOrm.includes(true) || !isOrm.includes(false)) return queries;
  const driven = groupBy(
    queries.filter((_, at) => !isOrm[at]),
    ({ span, statement }) => `${span.parentSpanId ?? ''} ${statement.shape.hash}`,
  );
  const taken = new Set<Query>();
  return queries.filter((query, at) => {
    if (!isOrm[at]) return true;
    const { span, statement } = query;
    const beside = driven.get(`${span.parentSpanId ?? ''} ${statement.shape.hash}`) ?? [];
    const twin = beside.find((other) => !taken.has(other) && overlap(span, other.span));
    if (twin !== undefined) taken.add(twin);
    return twin === undefined;
  });
}

function overlap(a: Span, b: Span): boolean {
  return a.startMs <= b.startMs + b.durationMs && b.startMs <= a.startMs + a.durationMs;
}

/**
 * Puts calls in order of start, in place, and hands them back. Starts are whole milliseconds in
 * Node.js, so the end decides between equal ones, and the id between equals, lest the order of
 * arrival does. For that reason nearly every set has to be sorted: only possible evidence is.
 */
export function inOrderOfStart<C extends { readonly span: Span }>(calls: C[]): C[] {
  for (let i = 1; i < calls.length; i++) {
    if (byStart(calls[i - 1]!, calls[i]!) > 0) return calls.sort(byStart);
  }
  return calls;
}

type Spanned = { readonly span: Span };

function byStart({ span: a }: Spanned, { span: b }: Spanned): number {
  const difference = a.startMs - b.startMs || a.durationMs - b.durationMs;
  if (difference !== 0 || a.spanId === b.spanId) return difference;
  return a.spanId < b.spanId ? -1 : 1;
}
