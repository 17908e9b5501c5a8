import { cacheReadsOf, databaseSystem, httpCallOf, queryLanguageOf } from '@spandrel/engine';
import type { QueryShape } from '@spandrel/engine';
import type { EndedSpan } from './sdk.ts';
import { SpanView } from './span-view.ts';

/** What calls have in common that repeat each other: a query's shape, else a text. */
export type CallKey = QueryShape | string;

/**
 * The key of a call that says at its start what it is: of an HTTP request method and templated URL,
 * of a read of a key-value store the key's pattern. Undefined for all others, SQL among them.
 */
export function keyAtStart(span: EndedSpan): string | undefined {
  const { attributes } = span;
  const system = databaseSystem(attributes);
  if (system === undefined) {
    const isHttp = 'http.request.method' in attributes || 'http.method' in attributes;
    return isHttp ? httpCallOf(new SpanView(span))?.template : undefined;
  }
  if (queryLanguageOf(system) !== 'command') return undefined;
  const [read] = cacheReadsOf(new SpanView(span));
  return read === undefined ? undefined : `${read.cache} ${read.pattern ?? ''}`;
}
