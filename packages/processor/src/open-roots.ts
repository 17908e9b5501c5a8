import { TraceBook } from '@spandrel/engine';
import type { BookLimits, OpenTrace } from '@spandrel/engine';
import type { EndedSpan } from './sdk.ts';
import { notesOf } from './trace-notes.ts';
import type { TraceNotes } from './trace-notes.ts';

type Trace = OpenTrace<EndedSpan, TraceNotes>;

/**
 * A root that never ends, in traces with several: the book would give the last one to end what is
 * left of the others. Children that are nobody's are its own.
 */
const keeper = '';

/** What a root that ends leaves behind. */
export interface Taken {
  /** Its own children that have ended. */
  readonly children: EndedSpan[];
  /** With the last of several roots: what ended after its own root. */
  readonly rest: readonly EndedSpan[];
  /** True when the trace is over. */
  readonly isOver: boolean;
}

/**
 * The open traces of this process and their local roots. Mostly a trace has one; a process that
 * calls itself, or is called again by another one, has several, one after another or at once.
 */
export class OpenRoots {
  readonly book: TraceBook<EndedSpan, TraceNotes>;
  /** Of one trace, open at once. */
  readonly #maxRoots: number;

  constructor(limits: BookLimits) {
    this.book = new TraceBook(limits);
    this.#maxRoots = limits.maxSpansPerTrace;
  }

  /** A trace begins in this process. False when the book is full. */
  openFirst(traceId: string, rootId: string, nowMs: number): boolean {
    return this.book.open(traceId, rootId, nowMs) !== undefined;
  }

  /**
   * A root of another process's trace: it may have called us before (`wasOpen`), and may still.
   * False when the book is full, or the trace is: one that is asked for all day, by a client that
   * sends the same `traceparent` for ever.
   */
  open(traceId: string, rootId: string, wasOpen: boolean, nowMs: number): boolean {
    let trace = this.book.get(traceId);
    if (trace === undefined) {
      if (!wasOpen) return this.openFirst(traceId, rootId, nowMs);
      // Children of the earlier root may still run, and are none of this one's.
      trace = this.book.open(traceId, keeper, nowMs);
      if (trace === undefined) return false;
      notesOf(trace).openRoots = new Set();
    }
    if ((trace.notes?.openRoots?.size ?? 0) >= this.#maxRoots) return false;
    this.book.open(traceId, rootId, nowMs);
    const notes = notesOf(trace);
    if (notes.openRoots === undefined) {
      trace.addRoot(keeper);
      notes.openRoots = new Set([trace.rootId]);
    }
    notes.openRoots.add(rootId);
    return true;
  }

  /** The trace in which this root is open; a trace may have been opened again without it. */
  traceOf(traceId: string, rootId: string): Trace | undefined {
    const trace = this.book.get(traceId);
    if (trace === undefined) return undefined;
    const openRoots = trace.notes?.openRoots;
    const isIts = openRoots === undefined ? trace.rootId === rootId : openRoots.has(rootId);
    return isIts ? trace : undefined;
  }

  /** A root ends: hands out what is its own, and with the last of several what is left. */
  take(trace: Trace, rootId: string): Taken {
    const children = this.book.close(trace, rootId, idOf);
    const openRoots = trace.notes?.openRoots;
    if (openRoots === undefined) return { children, rest: none, isOver: true };
    openRoots.delete(rootId);
    if (openRoots.size > 0) return { children, rest: none, isOver: false };
    const rest = trace.items.splice(0);
    this.book.forget(trace);
    return { children, rest, isOver: true };
  }
}

const none: readonly EndedSpan[] = [];

function idOf(span: EndedSpan): string {
  return span.spanContext().spanId;
}
