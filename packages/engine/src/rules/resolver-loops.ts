import { isResolver, resolvedFieldsOf } from '../calls/graphql.ts';
import type { ResolvedField } from '../calls/graphql.ts';
import type { Query } from '../database.ts';
import { onceATrace } from '../once-a-trace.ts';
import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';
import { sameCalls } from './call-groups.ts';
import type { SameCalls } from './call-groups.ts';
import { queryKindsOf } from './query-kinds.ts';

/** A query or an HTTP call that a resolver sent. */
export interface ResolverCall {
  readonly span: Span;
  readonly field: ResolvedField;
  readonly query: Query | null;
  /** A query's shape, an HTTP call's template. */
  readonly shape: string;
  readonly summary: string;
}

const none: readonly ResolverCall[] = [];

/** What resolvers sent, without what a batch, a page or an ORM's cache answered. */
export function resolverCallsOf(trace: Trace): readonly ResolverCall[] {
  if (!trace.others.some(isResolver)) return none;
  return readOnce(trace);
}

const readOnce = onceATrace(readCalls);

function readCalls(trace: Trace): readonly ResolverCall[] {
  const fieldOf = resolvedFieldsOf(trace);
  const { kindOf } = queryKindsOf(trace);
  const queries = trace.queries.flatMap((query): ResolverCall[] => {
    const kind = kindOf(query);
    const field = kind === undefined || counted.has(kind) ? fieldOf(query.span) : undefined;
    if (field === undefined) return [];
    const { text, summary } = query.statement.shape;
    return [{ span: query.span, field, query, shape: text, summary }];
  });
  const others = trace.httpCalls.flatMap(({ span, template, hasFailed }): ResolverCall[] => {
    const field = hasFailed ? undefined : fieldOf(span);
    if (field === undefined) return [];
    return [{ span, field, query: null, shape: template, summary: template }];
  });
  return [...queries, ...others];
}

/** `User.posts`. */
export function fieldName({ field: { typeName, field } }: ResolverCall): string {
  return `${typeName}.${field}`;
}

/** Also repeated reads: a DataLoader keeps what it has loaded. */
const counted = new Set(['write', 'repeated', 'distinct', 'unknown']);

/**
 * Calls of one shape that the resolver of one field sent at least `least` times, having run more
 * than once. Calls of one run's own loop are none.
 */
export function resolverLoopsOf(trace: Trace, least: number): SameCalls<ResolverCall>[] {
  const calls = resolverCallsOf(trace);
  if (calls.length < least) return [];
  const keyOf = (call: ResolverCall): string => `${fieldName(call)}\u0000${call.shape}`;
  return sameCalls(calls, keyOf, least).filter(({ calls: same }) => isForSeveralItems(same));
}

function isForSeveralItems(calls: readonly ResolverCall[]): boolean {
  const { field } = calls[0]!;
  return field.isMerged || calls.some((call) => call.field.resolver !== field.resolver);
}

/** Spans that `graphql-resolver-loop` reports, which are then no loops of other rules. */
export function spansOfResolverLoops(trace: Trace, least: number): ReadonlySet<Span> {
  const loops = resolverLoopsOf(trace, least);
  return new Set(loops.flatMap(({ calls }) => calls.map(({ span }) => span)));
}
