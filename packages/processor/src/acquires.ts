import type { TraceBook } from '@spandrel/engine';
import { CallNotes } from './call-sites.ts';
import type { CallSites } from './call-sites.ts';
import type { EndedSpan } from './sdk.ts';
import type { Capture } from './stack.ts';
import { notesOf } from './trace-notes.ts';
import type { TraceNotes } from './trace-notes.ts';

/** A connection that was asked for, and the stack that was taken then; null when none was needed. */
export interface AskedConnection {
  readonly notes: CallNotes;
  readonly capture: Capture | null;
}

type Below = (...args: never[]) => unknown;

/**
 * Hears of connections that a pool hands out at once, where an instrumentation makes no span of it:
 * only there the stack of a query under `pool.query` still holds the application's frame.
 */
export class Acquires {
  readonly #book: TraceBook<EndedSpan, TraceNotes>;
  readonly #sites: CallSites;

  constructor(book: TraceBook<EndedSpan, TraceNotes>, sites: CallSites) {
    this.#book = book;
    this.#sites = sites;
  }

  ask(traceId: string, below: Below): AskedConnection | undefined {
    const trace = this.#book.get(traceId);
    if (trace === undefined) return undefined;
    const notes = (notesOf(trace).calls ??= new CallNotes(this.#sites.steady.has));
    return { notes, capture: this.#sites.ask(notes, below) };
  }

  give<T>({ notes, capture }: AskedConnection, run: () => T): T {
    return this.#sites.give(notes, capture, run);
  }
}

/** By its name, so that every copy of this package finds the processor of the process. */
const slot = Symbol.for('spandrel.acquires.v1');
const globals = globalThis as unknown as { [slot]?: Acquires | undefined };

/** The processor that started last hears of them. */
export function hear(acquires: Acquires): void {
  globals[slot] = acquires;
}

export function unhear(acquires: Acquires): void {
  if (globals[slot] === acquires) globals[slot] = undefined;
}

/**
 * For an instrumentation of a pool that makes no span of an acquire: a connection is asked for to
 * run one query with it, in this trace. Frames from `below` on count as the caller's. Undefined
 * where nobody needs to know; never throws.
 */
export function askForConnection(traceId: string, below: Below): AskedConnection | undefined {
  try {
    return globals[slot]?.ask(traceId, below);
  } catch {
    return undefined;
  }
}

/** The connection is there: `run` starts the query in this very turn. Throws what `run` throws. */
export function giveConnection<T>(asked: AskedConnection | undefined, run: () => T): T {
  const acquires = globals[slot];
  return asked === undefined || acquires === undefined ? run() : acquires.give(asked, run);
}
