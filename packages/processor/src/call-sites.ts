import { formatCaller, names } from '@spandrel/engine';
import type { QueryShape } from '@spandrel/engine';
import { ShapeCounts } from './shape-counts.ts';
import { captureStack, isUnderPoolQuery, readStack } from './stack.ts';
import type { Capture } from './stack.ts';
import type { EndedSpan, LiveSpan } from './sdk.ts';

/** What one trace knows of its repeated shapes and the stacks taken for them. */
export class SiteNotes {
  readonly shapes = new ShapeCounts();
  /** Stacks by the id of the query span they belong to. */
  readonly captures = new Map<string, Capture>();
  /** Stacks taken at an acquire that has not ended yet, by its span id. */
  readonly acquiring = new Map<string, Capture>();
  /** Some shape repeats and lacks a stack. */
  isWanted = false;
  startedCalls = 0;
  /** Acquires and queries that have started and not ended. */
  openCalls = 0;
  nextBurstCapture = 3;
}

const mostCapturesPerTrace = 32;
const poolAcquire = 'pg-pool.connect';
const pgScope = '@opentelemetry/instrumentation-pg';

/**
 * Finds the line of code behind repeated and slow queries. Under `pool.query` the query span starts
 * without any application frame; the acquire of the connection has it. So the stack is taken there,
 * unread, and handed to the query that starts when the acquire ends: pg does both in one turn.
 *
 * Stacks are taken only where one is wanted: when a shape was seen three times in the trace and
 * lacks one, for a few of many calls that start before any has ended, and for a while after a slow
 * query without a site.
 */
export class CallSites {
  readonly #rootDir: string;
  /** The acquire that ended in this very turn: its stack, or null when none was taken. */
  #slot: Capture | null | undefined;
  /** Shapes that were slow without a site, and how many more stacks may be taken to find them. */
  readonly #hunted = new Set<QueryShape>();
  #huntBudget = 0;

  constructor(rootDir: string) {
    this.#rootDir = rootDir;
  }

  /** A client span has started in a trace that is held. */
  onStart(span: LiveSpan, notes: SiteNotes): void {
    if (isPoolAcquire(span)) return this.#acquireStarts(span, notes);
    if (!isQuery(span)) return;
    notes.openCalls++;
    const slot = this.#slot;
    this.#slot = undefined;
    if (slot === null) return;
    if (slot === undefined) {
      notes.startedCalls++;
      if (!this.#mustCapture(notes)) return;
    }
    const own = captureStack(this.onStart);
    const isPooled = slot !== undefined && isUnderPoolQuery(own);
    notes.captures.set(span.spanContext().spanId, isPooled ? slot : own);
  }

  /** An acquire has ended: the next query that starts in this turn is its own. */
  onAcquireEnd(span: EndedSpan, notes: SiteNotes | undefined): void {
    this.#slot = null;
    queueMicrotask(this.#clearSlot);
    if (notes === undefined) return;
    closeCall(notes);
    if (notes.acquiring.size === 0) return;
    const { spanId } = span.spanContext();
    this.#slot = notes.acquiring.get(spanId) ?? null;
    notes.acquiring.delete(spanId);
  }

  /** A client span that is no acquire has ended; a query's text, and so its shape, is known now. */
  onEnd(span: EndedSpan, shape: QueryShape | undefined, notes: SiteNotes): void {
    if (!isQuery(span)) return;
    closeCall(notes);
    if (shape?.kind !== 'query') return;
    const hasStack = notes.captures.size > 0 && notes.captures.has(span.spanContext().spanId);
    const lacksStack = notes.shapes.count(shape, hasStack);
    if (lacksStack) notes.isWanted = true;
    else if (hasStack) notes.isWanted = notes.shapes.someLackStack();
  }

  /** Reads a query's stack onto the span; false when none was taken for it. */
  write(span: EndedSpan, notes: SiteNotes): boolean {
    const capture = notes.captures.get(span.spanContext().spanId);
    const site = capture === undefined ? null : readStack(capture, this.#rootDir);
    if (site === null) return false;
    const attributes = span.attributes as Record<string, unknown>;
    const { callSite, callers } = site;
    attributes[names.ATTR_CODE_FILE] = callSite.file;
    if (callSite.line !== null) attributes[names.ATTR_CODE_LINE] = callSite.line;
    if (callSite.function !== null) attributes[names.ATTR_CODE_FUNCTION] = callSite.function;
    if (callers.length > 0) attributes[names.ATTR_CALLERS] = callers.map(formatCaller);
    return true;
  }

  /** A slow query was reported without a site: look for its shape for a while. */
  hunt(shape: QueryShape): void {
    if (this.#hunted.size >= mostHunted) this.#hunted.clear();
    this.#hunted.add(shape);
    this.#huntBudget = capturesPerHunt;
  }

  found(shape: QueryShape): void {
    this.#hunted.delete(shape);
  }

  #acquireStarts(span: LiveSpan, notes: SiteNotes): void {
    notes.openCalls++;
    notes.startedCalls++;
    if (!this.#mustCapture(notes)) return;
    notes.acquiring.set(span.spanContext().spanId, captureStack(this.onStart));
  }

  #mustCapture(notes: SiteNotes): boolean {
    if (notes.captures.size + notes.acquiring.size >= mostCapturesPerTrace) return false;
    if (notes.isWanted) return true;
    if (notes.openCalls >= 3 && notes.startedCalls >= notes.nextBurstCapture) {
      notes.nextBurstCapture = Math.ceil(notes.startedCalls * 1.6);
      return true;
    }
    if (this.#hunted.size === 0 || this.#huntBudget === 0) return false;
    this.#huntBudget--;
    return true;
  }

  readonly #clearSlot = (): void => {
    this.#slot = undefined;
  };
}

const mostHunted = 20;
const capturesPerHunt = 500;

/** An acquire or a query has ended that may have started before we looked. */
function closeCall(notes: SiteNotes): void {
  if (notes.openCalls > 0) notes.openCalls--;
}

/** A call to a database by what is known at its start: pg's has no text yet, but a name. */
function isQuery({ name, instrumentationScope, attributes }: EndedSpan): boolean {
  if (instrumentationScope.name === pgScope) return name.startsWith('pg.query');
  return attributes['db.system.name'] !== undefined || attributes['db.system'] !== undefined;
}

export function isPoolAcquire({ name }: EndedSpan): boolean {
  return name === poolAcquire;
}
