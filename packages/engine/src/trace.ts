import { databaseSystem, statementOf } from './database.ts';
import type { Query } from './database.ts';
import type { Statements } from './sql/statements.ts';
import type { Span } from './types.ts';

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
  #byId: Map<string, Span> | undefined;
  readonly #depths = new Map<string, number>();

  /** Spans still open when the root ended: ancestors, but no calls that count. */
  readonly #open: readonly Span[];

  constructor(
    root: Span | undefined,
    spans: readonly Span[],
    endpoint: string,
    statements: Statements,
    open: readonly Span[] = [],
  ) {
    this.root = root;
    this.#open = open;
    this.spans = spans;
    this.endpoint = endpoint;
    this.queries = this.#leafQueries(statements);
  }

  get traceId(): string {
    return (this.root ?? this.spans[0])?.traceId ?? '';
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
    let current: Span | undefined = span;
    let depth = -1;
    while (current !== undefined && depth < 0) {
      const known: number | undefined = this.#depths.get(current.spanId);
      if (known !== undefined) {
        depth = known;
        break;
      }
      path.push(current);
      this.#depths.set(current.spanId, 0);
      current = this.parentOf(current);
    }
    for (const passed of path.reverse()) this.#depths.set(passed.spanId, ++depth);
    return depth;
  }

  #index(): Map<string, Span> {
    if (this.#byId !== undefined) return this.#byId;
    this.#byId = new Map(this.spans.map((span) => [span.spanId, span]));
    for (const span of this.#open) this.#byId.set(span.spanId, span);
    return this.#byId;
  }

  /** An ORM's span over its driver's span is one query: only the leaf counts. */
  #leafQueries(statements: Statements): Query[] {
    const queries: Query[] = [];
    for (const span of this.spans) {
      const statement = statementOf(span.attributes, statements);
      if (statement !== undefined && statement.shape.kind === 'query')
        queries.push({ span, statement });
    }
    if (queries.length < 2) return queries;
    const outer = this.#outerDatabaseSpans(queries);
    const leaves = outer.size === 0 ? queries : queries.filter(({ span }) => !outer.has(span));
    return leaves;
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

/**
 * Puts queries in order of start, in place, and hands them back. Starts are whole milliseconds in
 * Node.js, so the end decides between equal ones, and the id between equals, lest the order of
 * arrival does. For that reason nearly every set has to be sorted: only possible evidence is.
 */
export function inOrderOfStart(queries: Query[]): Query[] {
  for (let i = 1; i < queries.length; i++) {
    if (byStart(queries[i - 1]!, queries[i]!) > 0) return queries.sort(byStart);
  }
  return queries;
}

function byStart({ span: a }: Query, { span: b }: Query): number {
  const difference = a.startMs - b.startMs || a.durationMs - b.durationMs;
  if (difference !== 0 || a.spanId === b.spanId) return difference;
  return a.spanId < b.spanId ? -1 : 1;
}
