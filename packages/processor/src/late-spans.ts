import type { EndedSpan } from './sdk.ts';

/** Children that ended after their local root, by trace, until the next verdict on them. */
export class LateSpans {
  #byTrace = new Map<string, EndedSpan[]>();
  #bytes = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(traceId: string, span: EndedSpan, bytes: number): void {
    const spans = this.#byTrace.get(traceId);
    if (spans === undefined) this.#byTrace.set(traceId, [span]);
    else spans.push(span);
    this.#size++;
    this.#bytes += bytes;
  }

  /** Hands out all and is empty again. `bytes` is the sum of what they were added with. */
  take(): { byTrace: ReadonlyMap<string, readonly EndedSpan[]>; size: number; bytes: number } {
    const taken = { byTrace: this.#byTrace, size: this.#size, bytes: this.#bytes };
    this.#byTrace = new Map();
    this.#size = 0;
    this.#bytes = 0;
    return taken;
  }
}
