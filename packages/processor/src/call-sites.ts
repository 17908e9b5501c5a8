import { databaseSystem, queryLanguageOf } from '@spandrel/engine';
import type { QueryShape } from '@spandrel/engine';
import { CallCounts } from './call-counts.ts';
import { keyAtStart } from './call-keys.ts';
import type { CallKey } from './call-keys.ts';
import { Hunts } from './hunts.ts';
import { stackWasTaken } from './late-stacks.ts';
import { SteadySites } from './steady-sites.ts';
import { captureStack, isUnderPoolQuery, readStack } from './stack.ts';
import type { Capture, ReadSite } from './stack.ts';
import type { EndedSpan, LiveSpan } from './sdk.ts';

/** What one trace knows of its repeated calls and the stacks taken for them. */
export class CallNotes {
  /** Queries that have ended: a query's text, and so its shape, may be known no earlier. */
  readonly queries: CallCounts;
  /** HTTP calls and reads of key-value stores that have started; undefined while there are none. */
  started: CallCounts | undefined;
  /** Stacks by the id of the span they belong to. */
  readonly captures = new Map<string, Capture>();
  /** Stacks taken at an acquire that has not ended yet, by its span id. */
  readonly acquiring = new Map<string, Capture>();
  /** Some shape repeats and lacks a stack. */
  isWanted = false;
  startedCalls = 0;
  /** Acquires and queries that have started and not ended. */
  openCalls = 0;
  nextBurstCapture = 3;

  constructor(isSteady?: (key: CallKey) => boolean) {
    this.queries = new CallCounts(isSteady);
  }
}

const mostCapturesPerTrace = 32;
const poolAcquire = 'pg-pool.connect';
const pgScope = '@opentelemetry/instrumentation-pg';

/**
 * Finds the line of code behind repeated and slow calls. HTTP calls and reads of key-value stores
 * say at their start what they are, so the stack is taken there when their kind lacks one.
 *
 * SQL does not. Under `pool.query` the query span starts without any application frame; the acquire
 * of the connection has it. So the stack is taken there, unread, and handed to the query that starts
 * when the acquire ends: pg does both in one turn. It is taken only when a shape was seen three times
 * in the trace and lacks one, for a few of many calls that start before any has ended, and for a
 * while after a finding without a site.
 */
export class CallSites {
  readonly #rootDir: string;
  /** The acquire that ended in this very turn: its stack, or null when none was taken. */
  #slot: Capture | null | undefined;
  /** The next query is known to be the one the connection was asked for. */
  #isSlotSure = false;
  /** Calls that were reported without a site. */
  readonly hunts = new Hunts();
  readonly steady = new SteadySites();

  constructor(rootDir: string) {
    this.#rootDir = rootDir;
  }

  /** A client span has started in a trace that is held. */
  onStart(span: LiveSpan, notes: CallNotes): void {
    if (isPoolAcquire(span)) return this.#acquireStarts(span, notes);
    if (span.instrumentationScope.name !== pgScope) {
      const key = keyAtStart(span);
      if (key !== undefined) return this.#knownCallStarts(span, key, notes);
    }
    if (!isQuery(span)) return;
    notes.openCalls++;
    const slot = this.#slot;
    this.#slot = undefined;
    if (slot === null) return;
    if (slot !== undefined && this.#isSlotSure) {
      this.#isSlotSure = false;
      notes.captures.set(span.spanContext().spanId, slot);
      return;
    }
    if (slot === undefined) {
      notes.startedCalls++;
      if (!this.#mustCapture(notes)) return;
    }
    const own = captureStack(this.onStart);
    const isPooled = slot !== undefined && isUnderPoolQuery(own);
    notes.captures.set(span.spanContext().spanId, isPooled ? slot : own);
  }

  /** A connection that lies idle is asked for, for one query. Null when no stack was taken. */
  ask(notes: CallNotes, below: (...args: never[]) => unknown): Capture | null {
    notes.openCalls++;
    notes.startedCalls++;
    return this.#mustCapture(notes) ? stackWasTaken(captureStack(below)) : null;
  }

  /** It is there, and `run` starts that query. */
  give<T>(notes: CallNotes, capture: Capture | null, run: () => T): T {
    closeCall(notes);
    this.#slot = capture;
    this.#isSlotSure = true;
    try {
      return run();
    } finally {
      this.#slot = undefined;
      this.#isSlotSure = false;
    }
  }

  /** An acquire has ended: the next query that starts in this turn is its own. */
  onAcquireEnd(span: EndedSpan, notes: CallNotes | undefined): void {
    this.#slot = null;
    this.#isSlotSure = false;
    queueMicrotask(this.#clearSlot);
    if (notes === undefined) return;
    closeCall(notes);
    if (notes.acquiring.size === 0) return;
    const { spanId } = span.spanContext();
    this.#slot = notes.acquiring.get(spanId) ?? null;
    notes.acquiring.delete(spanId);
  }

  /** A client span that is no acquire has ended; a query's text, and so its shape, is known now. */
  onEnd(span: EndedSpan, shape: QueryShape | undefined, notes: CallNotes): void {
    if (!isQuery(span)) return;
    closeCall(notes);
    if (shape?.kind !== 'query') return;
    const hasStack = notes.captures.size > 0 && notes.captures.has(span.spanContext().spanId);
    const lacksStack = notes.queries.count(shape, hasStack);
    if (lacksStack) notes.isWanted = true;
    else if (hasStack) notes.isWanted = notes.queries.someLackStack();
  }

  /** Reads a call's stack; null when none was taken, or no frame of it is the application's. */
  read(span: EndedSpan, notes: CallNotes): ReadSite | null {
    const capture = notes.captures.get(span.spanContext().spanId);
    return capture === undefined ? null : readStack(capture, this.#rootDir);
  }

  #knownCallStarts(span: LiveSpan, key: string, notes: CallNotes): void {
    const counts = (notes.started ??= new CallCounts(this.steady.has));
    const isWanted = counts.count(key, false) || this.hunts.hasCall(key);
    if (!isWanted || notes.captures.size + notes.acquiring.size >= mostCapturesPerTrace) return;
    counts.addStack(key);
    notes.captures.set(span.spanContext().spanId, captureStack(this.onStart));
  }

  #acquireStarts(span: LiveSpan, notes: CallNotes): void {
    notes.openCalls++;
    notes.startedCalls++;
    if (!this.#mustCapture(notes)) return;
    const capture = stackWasTaken(captureStack(this.onStart));
    notes.acquiring.set(span.spanContext().spanId, capture);
  }

  #mustCapture(notes: CallNotes): boolean {
    if (notes.captures.size + notes.acquiring.size >= mostCapturesPerTrace) return false;
    if (notes.isWanted) return true;
    if (notes.openCalls >= 3 && notes.startedCalls >= notes.nextBurstCapture) {
      notes.nextBurstCapture = Math.ceil(notes.startedCalls * 1.6);
      return true;
    }
    return this.hunts.pay();
  }

  readonly #clearSlot = (): void => {
    this.#slot = undefined;
  };
}

/** An acquire or a query has ended that may have started before we looked. */
function closeCall(notes: CallNotes): void {
  if (notes.openCalls > 0) notes.openCalls--;
}

/** A call to a database by what is known at its start: pg's has no text yet, but a name. */
function isQuery({ name, instrumentationScope, attributes }: EndedSpan): boolean {
  if (instrumentationScope.name === pgScope) return name.startsWith('pg.query');
  const system = databaseSystem(attributes);
  return system !== undefined && queryLanguageOf(system) !== 'command';
}

export function isPoolAcquire({ name }: EndedSpan): boolean {
  return name === poolAcquire;
}
