import type { EndedSpan } from './sdk.ts';

/** The room that the open children of all traces share. */
export interface OpenChildrenRoom {
  /** How many more there may be. */
  left: number;
  /** Told of every child for which there is no room. */
  readonly onFull: () => void;
}

/**
 * The children that have started under a trace's roots and have not ended, calls aside: frameworks'
 * handler and middleware spans often end just after the request they serve. They lend the verdict
 * their place in the tree and the cache events they hold. What does not fit is left out.
 */
export class OpenChildren {
  readonly #spans = new Set<EndedSpan>();
  readonly #room: OpenChildrenRoom;

  constructor(room: OpenChildrenRoom) {
    this.#room = room;
  }

  add(span: EndedSpan): void {
    if (this.#room.left <= 0) return this.#room.onFull();
    this.#room.left--;
    this.#spans.add(span);
  }

  delete(span: EndedSpan): void {
    if (this.#spans.delete(span)) this.#room.left++;
  }

  /** The trace is over: what is still open there gives its room back. */
  clear(): void {
    this.#room.left += this.#spans.size;
    this.#spans.clear();
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
