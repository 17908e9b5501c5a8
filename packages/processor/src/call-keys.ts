import { cacheReadsOf, databaseSystem, httpCallOf, names, queryLanguageOf } from '@spandrel/engine';
import type { QueryShape, Span } from '@spandrel/engine';
import type { EndedSpan } from './sdk.ts';
import { SpanView } from './span-view.ts';

/** What calls have in common that repeat each other: a query's shape, else a text. */
export type CallKey = QueryShape | string;

/**
 * The key of a call that says at its start what it is: of an HTTP request method and templated URL,
 * of a read of a key-value store the key's pattern. The same once it has ended. Undefined for all
 * others, SQL among them.
 */
export function keyAtStart(span: EndedSpan): string | undefined {
  const { attributes } = span;
  const system = databaseSystem(attributes);
  if (system === undefined) {
    const isHttp = 'http.request.method' in attributes || 'http.method' in attributes;
    return isHttp ? httpCallOf(new SpanView(span))?.template : undefined;
  }
  if (queryLanguageOf(system) !== 'command') return undefined;
  const [read] = cacheReadsOf(asStarted(new SpanView(span)));
  return read === undefined ? undefined : `${read.cache} ${read.pattern ?? ''}`;
}

/** An ended read may say its pattern by a hash: its key is that of its start all the same. */
function asStarted(span: Span): Span {
  if (span.attributes[names.ATTR_CACHE_KEY_HASH] === undefined) return span;
  return { ...span, attributes: { ...span.attributes, [names.ATTR_CACHE_KEY_HASH]: undefined } };
}
