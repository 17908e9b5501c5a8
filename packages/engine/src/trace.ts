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
  /** All database calls that move data, leaf spans only, in order of start. */
  readonly queries: readonly Query[];
  #byId: Map<string, Span> | undefined;
  readonly #depths = new Map<string, number>();

  constructor(
    root: Span | undefined,
    spans: readonly Span[],
    endpoint: string,
    statements: Statements,
  ) {
    this.root = root;
    this.spans = spans;
    this.endpoint = endpoint;
    this.queries = this.#leafQueries(statements);
  }

  get traceId(): string {
    return (this.root ?? this.spans[0])?.traceId ?? '';
  }

  /** The parent if it is among the spans; undefined for the root and where it never arrived. */
  parentOf(span: Span): Span | undefined {
    if (span === this.root || span.parentSpanId === undefined) return undefined;
    if (span.parentSpanId === this.root?.spanId) return this.root;
    return this.#index().get(span.parentSpanId);
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
    this.#byId ??= new Map(this.spans.map((span) => [span.spanId, span]));
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
    return inOrderOfStart(leaves);
  }

  #outerDatabaseSpans(queries: readonly Query[]): Set<Span> {
    const outer = new Set<Span>();
    const childless = new Set<string | undefined>([this.root?.spanId, undefined]);
    for (const { span } of queries) {
      if (childless.has(span.parentSpanId)) continue;
      const system = databaseSystem(span.attributes);
      let hasDatabaseAbove = false;
      let steps = 0;
      for (let above = this.parentOf(span); above !== undefined; above = this.parentOf(above)) {
        if (++steps > this.spans.length) break;
        if (databaseSystem(above.attributes) !== system) continue;
        outer.add(above);
        hasDatabaseAbove = true;
      }
      if (!hasDatabaseAbove) childless.add(span.parentSpanId);
    }
    return outer;
  }
}

/** Spans mostly arrive in order of end, which for queries is nearly the order of start. */
function inOrderOfStart(queries: Query[]): Query[] {
  for (let i = 1; i < queries.length; i++) {
    if (queries[i - 1]!.span.startMs > queries[i]!.span.startMs) {
      return queries.sort((a, b) => a.span.startMs - b.span.startMs);
    }
  }
  return queries;
}
