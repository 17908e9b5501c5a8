import type { EndedSpan } from './sdk.ts';

/**
 * The children that have started under a trace's roots and have not ended, calls aside: frameworks'
 * handler and middleware spans often end just after the request they serve. They lend the verdict
 * their place in the tree and the cache events they hold. Bounded; what does not fit is left out.
 */
export class OpenChildren {
  readonly #spans = new Set<EndedSpan>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(span: EndedSpan): void {
    if (this.#spans.size < this.#limit) this.#spans.add(span);
  }

  delete(span: EndedSpan): void {
    this.#spans.delete(span);
  }

  /** Those whose chain of open parents leads to the root. */
  under(rootId: string): EndedSpan[] {
    if (this.#spans.size === 0) return [];
    const parents = new Map<string, string>();
    for (const span of this.#spans) {
      parents.set(span.spanContext().spanId, span.parentSpanContext?.spanId ?? '');
    }
    return [...this.#spans].filter((span) => {
      let above: string | undefined = span.parentSpanContext?.spanId;
      for (let step = 0; step < parents.size && above !== rootId && above !== undefined; step++) {
        above = parents.get(above);
      }
      return above === rootId;
    });
  }
}
