import type { LiveSpan, Writer } from '../sdk.ts';
import { millisecondsOf } from '../sdk.ts';
import { readUsage, writeUsage } from './usage.ts';
import type { Usage } from './usage.ts';

/** A local root that has started and not ended. */
export interface OpenRequest {
  readonly root: LiveSpan;
  /** As the caller named it; null while nobody has. */
  requestId: string | null;
  /** Another root of the same trace that was open when this one started. */
  outer: OpenRequest | undefined;
  /** How many roots had started when this one had. */
  readonly number: number;
  /** What the process had used when it started; undefined when it was not alone. */
  readonly usage: Usage | undefined;
}

export interface OpenRequestsLimits {
  readonly maxOpenTraces: number;
  readonly maxQuietMs: number;
  readonly measureRequests: boolean;
}

/**
 * The local roots that are open, by trace id, judged or not: to write on them from inside the
 * request, and to know which are alone. Bounded by `maxOpenTraces`; those beyond it have no context,
 * and are counted by the caller. Only called from the processor's callbacks.
 */
export class OpenRequests {
  readonly #byTrace = new Map<string, OpenRequest>();
  readonly #limits: OpenRequestsLimits;
  #size = 0;
  #started = 0;

  constructor(limits: OpenRequestsLimits) {
    this.#limits = limits;
  }

  /** False when there is no room. */
  begin(root: LiveSpan, traceId: string): boolean {
    const number = ++this.#started;
    if (this.#size >= this.#limits.maxOpenTraces) return false;
    const isAlone = this.#size === 0 && this.#limits.measureRequests;
    this.#size++;
    const outer = this.#byTrace.get(traceId);
    const usage = isAlone ? readUsage() : undefined;
    this.#byTrace.set(traceId, { root, requestId: null, outer, number, usage });
    return true;
  }

  /** A root is ending: writes what it used, where that is known. */
  end(traceId: string, spanId: string, writer: Writer): void {
    const ended = this.#take(traceId, spanId);
    if (ended?.usage === undefined || ended.number !== this.#started) return;
    writeUsage(ended.usage, ended.root, writer);
  }

  /**
   * The open root that a span belongs to: itself, the one that `rootIdOf` says where a trace has
   * several, or the last that started. Undefined when none is open.
   */
  of(
    traceId: string,
    spanId: string,
    rootIdOf: (traceId: string, spanId: string) => string | undefined,
  ): OpenRequest | undefined {
    const last = this.#byTrace.get(traceId);
    if (last?.outer === undefined) return last;
    const rootId = rootIdOf(traceId, spanId) ?? spanId;
    let one: OpenRequest | undefined = last;
    while (one !== undefined && one.root.spanContext().spanId !== rootId) one = one.outer;
    return one ?? last;
  }

  /** Lets go of roots that nobody ends. `isOpen` tells of traces that are looked after elsewhere. */
  sweep(nowMs: number, isOpen: (traceId: string) => boolean): void {
    for (const [traceId, last] of this.#byTrace) {
      const ageMs = nowMs - millisecondsOf(last.root.startTime);
      if (ageMs >= this.#limits.maxQuietMs && !isOpen(traceId)) this.forget(traceId);
    }
  }

  /** Nobody will end the trace's roots. */
  forget(traceId: string): void {
    let one = this.#byTrace.get(traceId);
    for (; one !== undefined; one = one.outer) this.#size--;
    this.#byTrace.delete(traceId);
  }

  #take(traceId: string, spanId: string): OpenRequest | undefined {
    let inner: OpenRequest | undefined;
    let one = this.#byTrace.get(traceId);
    while (one !== undefined && one.root.spanContext().spanId !== spanId) {
      inner = one;
      one = one.outer;
    }
    if (one === undefined) return undefined;
    this.#size--;
    if (inner !== undefined) inner.outer = one.outer;
    else if (one.outer !== undefined) this.#byTrace.set(traceId, one.outer);
    else this.#byTrace.delete(traceId);
    return one;
  }
}
