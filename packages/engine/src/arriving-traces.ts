import type { Span } from './types.ts';

/** One service's spans of a trace. */
export interface TracePart {
  readonly service: string;
  readonly spans: Span[];
  /** True when a cap kept spans of it out. */
  isCut: boolean;
  hasRoot: boolean;
}

/** A trace whose spans still come, all services' parts together. */
export class ArrivingTrace {
  readonly traceId: string;
  readonly parts: TracePart[] = [];
  /** Time of the last arrival by the caller's clock; undefined where it gives none. */
  lastArrivalMs: number | undefined;
  /** Number of the last arrival, counted over all traces. */
  lastArrival = 0;
  /** Number of the arrival with which it was put in the queue last. */
  queuedAt = 0;
  /** First start and last end of its spans, epoch milliseconds; times that are none do not count. */
  startMs = Infinity;
  endMs = -Infinity;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  get spanCount(): number {
    let count = 0;
    for (const { spans } of this.parts) count += spans.length;
    return count;
  }

  /** True when every service's part has its local root. */
  get isRooted(): boolean {
    return this.parts.every(({ hasRoot }) => hasRoot);
  }

  partOf(service: string): TracePart {
    for (const part of this.parts) if (part.service === service) return part;
    const part = { service, spans: [], isCut: false, hasRoot: false };
    this.parts.push(part);
    return part;
  }

  noteTimes(span: Span): void {
    const endMs = span.startMs + span.durationMs;
    if (span.startMs < this.startMs && span.startMs > -Infinity) this.startMs = span.startMs;
    if (endMs > this.endMs && endMs < Infinity) this.endMs = endMs;
  }
}

export interface ArrivingLimits {
  readonly maxOpenTraces: number;
  readonly maxSpansPerTrace: number;
  readonly maxHeldSpans: number;
}

export type RoomCap = 'maxOpenTraces' | 'maxHeldSpans';

/**
 * Traces that wait for the rest of their spans, bounded in traces and in spans. When room is
 * needed, a trace that has been quiet is handed to `makeRoom` and forgotten.
 *
 * Which one, a second chance decides: traces queue in the order of their opening, and one that had
 * spans since it was queued goes to the end of the queue when its turn comes. That is the quietest
 * or nearly so, and an arrival costs one look-up and no more.
 */
export class ArrivingTraces {
  readonly #limits: ArrivingLimits;
  readonly #makeRoom: (trace: ArrivingTrace, cap: RoomCap) => void;
  readonly #open = new Map<string, ArrivingTrace>();
  /** Walks on where it stopped: a fresh walk would pass by all that has been deleted since. */
  #queue = this.#open.values();
  #heldSpans = 0;
  #arrivals = 0;
  /** Spans of one trace mostly come together. */
  #latest: ArrivingTrace | undefined;

  constructor(limits: ArrivingLimits, makeRoom: (trace: ArrivingTrace, cap: RoomCap) => void) {
    this.#limits = limits;
    this.#makeRoom = makeRoom;
  }

  /** All that are held, in no order that means anything; `take` them out while walking. */
  [Symbol.iterator](): IterableIterator<ArrivingTrace> {
    return this.#open.values();
  }

  /** Spans that came, of any trace, since this one had its last. */
  quietFor(trace: ArrivingTrace): number {
    return this.#arrivals - trace.lastArrival;
  }

  /** Notes an arrival for a trace; makes one, with room for it, when there is none. */
  arrive(traceId: string, onOpen: (trace: ArrivingTrace) => void): ArrivingTrace {
    this.#arrivals++;
    let trace = this.#latest;
    if (trace?.traceId !== traceId) {
      trace = this.#open.get(traceId);
      if (trace === undefined) {
        trace = this.#openNew(traceId);
        onOpen(trace);
      }
      this.#latest = trace;
    }
    trace.lastArrival = this.#arrivals;
    return trace;
  }

  /** Keeps a span, or says which cap forbids it. Other traces may have to go for it. */
  keep(
    trace: ArrivingTrace,
    part: TracePart,
    span: Span,
  ): 'maxSpansPerTrace' | RoomCap | undefined {
    if (part.spans.length >= this.#limits.maxSpansPerTrace) return 'maxSpansPerTrace';
    while (this.#heldSpans >= this.#limits.maxHeldSpans) {
      const quiet = this.#nextQuiet(trace);
      if (quiet === undefined) return 'maxHeldSpans';
      this.#giveUp(quiet, 'maxHeldSpans');
    }
    part.spans.push(span);
    this.#heldSpans++;
    if (span.isLocalRoot) part.hasRoot = true;
    trace.noteTimes(span);
    return undefined;
  }

  /** Takes a trace out; its spans are the caller's now. */
  take(trace: ArrivingTrace): void {
    if (!this.#open.delete(trace.traceId)) return;
    this.#heldSpans -= trace.spanCount;
    if (this.#latest === trace) this.#latest = undefined;
  }

  #openNew(traceId: string): ArrivingTrace {
    while (this.#open.size >= this.#limits.maxOpenTraces) {
      this.#giveUp(this.#nextQuiet(undefined)!, 'maxOpenTraces');
    }
    const trace = new ArrivingTrace(traceId);
    trace.queuedAt = this.#arrivals;
    this.#open.set(traceId, trace);
    return trace;
  }

  #giveUp(trace: ArrivingTrace, cap: RoomCap): void {
    this.take(trace);
    this.#makeRoom(trace, cap);
  }

  /** Undefined when only `except` is held. */
  #nextQuiet(except: ArrivingTrace | undefined): ArrivingTrace | undefined {
    while (this.#open.size > (except === undefined ? 0 : 1)) {
      const { value: trace, done } = this.#queue.next();
      if (done === true) this.#queue = this.#open.values();
      else if (trace !== except && trace.lastArrival <= trace.queuedAt) return trace;
      else {
        trace.queuedAt = this.#arrivals;
        this.#open.delete(trace.traceId);
        this.#open.set(trace.traceId, trace);
      }
    }
    return undefined;
  }
}
