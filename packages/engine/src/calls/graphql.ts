import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';
import { nearestAbove } from './nearest-above.ts';

/** A field that a resolver works for. */
export interface ResolvedField {
  /** `User`; where the span does not tell, the path up to the field. */
  readonly typeName: string;
  /** `posts`. */
  readonly field: string;
  /** `users.*.posts`: indexes as `*`. */
  readonly path: string;
  /** The resolver's span; one for all items of a list where the instrumentation merges them. */
  readonly resolver: Span;
  readonly isMerged: boolean;
}

/**
 * Tells for a span the field it was made for: that of the nearest resolver above it. Undefined
 * outside resolvers.
 *
 * Source: `@opentelemetry/instrumentation-graphql` 0.72: spans `graphql.resolve users.0.posts` with
 * `graphql.field.path`, `graphql.field.name` and `graphql.parent.name`, the name of the parent's
 * type; with `mergeItems` one span `graphql.resolve users.*.posts` for all items.
 */
export function resolvedFieldsOf(trace: Trace): (span: Span) => ResolvedField | undefined {
  const resolverAbove = nearestAbove(trace, isResolver);
  return (span) => {
    const resolver = resolverAbove(span);
    const path = resolver === undefined ? undefined : pathOf(resolver);
    if (resolver === undefined || path === undefined) return undefined;
    const template = path.replaceAll(/(?<=^|\.)\d+(?=\.|$)/g, '*');
    return {
      ...nameOf(resolver, template),
      path: template,
      resolver,
      isMerged: path.includes('*'),
    };
  };
}

/** A span of a GraphQL field's resolver. */
export function isResolver(span: Span): boolean {
  return pathOf(span) !== undefined;
}

const resolverPrefix = 'graphql.resolve ';

function pathOf({ name, attributes }: Span): string | undefined {
  const path = attributes['graphql.field.path'];
  if (typeof path === 'string') return path;
  return name.startsWith(resolverPrefix) ? name.slice(resolverPrefix.length) : undefined;
}

function nameOf({ attributes }: Span, path: string): Pick<ResolvedField, 'typeName' | 'field'> {
  const typeName = attributes['graphql.parent.name'];
  const field = attributes['graphql.field.name'];
  if (typeof typeName === 'string' && typeof field === 'string') return { typeName, field };
  const dot = path.lastIndexOf('.');
  return { typeName: path.slice(0, Math.max(0, dot)), field: path.slice(dot + 1) };
}
