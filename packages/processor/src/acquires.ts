import type { TraceBook } from '@spandrel/engine';
import { CallNotes } from './call-sites.ts';
import type { CallSites } from './call-sites.ts';
import type { EndedSpan } from './sdk.ts';
import type { AskedConnection, Below, Hearer } from './asked-connections.ts';
import { notesOf } from './trace-notes.ts';
import type { TraceNotes } from './trace-notes.ts';

/**
 * Hears of connections that a pool hands out at once, where an instrumentation makes no span of it:
 * only there the stack of a query under `pool.query` still holds the application's frame.
 */
export class Acquires implements Hearer {
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
