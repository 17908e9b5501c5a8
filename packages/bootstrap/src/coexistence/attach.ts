import type { SpandrelProcessor } from '@spandrel/processor';

interface ForeignProvider {
  readonly addSpanProcessor?: unknown;
  readonly _activeSpanProcessor?: { readonly _spanProcessors?: unknown };
}

/** By this, every copy of our processor is known to every copy of us. */
const mark = Symbol.for('@spandrel/processor/v1');

/**
 * The list of span processors of somebody else's provider, which can be added to; null where there is
 * none. No public way leads there: it is `_activeSpanProcessor._spanProcessors` in the SDK's 2.x and
 * 3.x lines, looked at before it is used. The 1.x line, whose spans are of another form, is left alone.
 */
export function processorsOf(provider: object): object[] | null {
  try {
    const { addSpanProcessor, _activeSpanProcessor } = provider as ForeignProvider;
    if (addSpanProcessor !== undefined) return null;
    const list = _activeSpanProcessor?._spanProcessors;
    return Array.isArray(list) && !Object.isFrozen(list) ? (list as object[]) : null;
  } catch {
    return null;
  }
}

/** A processor of ours that somebody has put there. */
export function oursAmong(processors: readonly object[]): SpandrelProcessor | undefined {
  return processors.find((one) => mark in one) as SpandrelProcessor | undefined;
}

/** In front of the others, so that those that export at once find the verdict on the spans. */
export function attach(processor: SpandrelProcessor, processors: object[]): void {
  processors.unshift(processor);
}
