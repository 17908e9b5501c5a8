import { formatCaller, names } from '@spandrel/engine';
import type { QueryShape } from '@spandrel/engine';
import { captureStack, isUnderPoolQuery, readStack } from './stack.ts';
import type { Capture } from './stack.ts';
import type { EndedSpan, LiveSpan } from './sdk.ts';

/** What one trace knows of its repeated shapes and the stacks taken for them. */
export class SiteNotes {
  readonly shapes = new Map<QueryShape, ShapeNotes>();
  /** Stacks by the id of the query span they belong to. */
  readonly captures = new Map<string, Capture>();
  /** Stacks taken at an acquire that has not ended yet, by its span id; null: none was taken. */
  readonly acquiring = new Map<string, Capture | null>();
  /** Some shape repeats and lacks a stack. */
  isWanted = false;
  startedCalls = 0;
  endedQueries = 0;
  nextBurstCapture = 3;
}

interface ShapeNotes {
  count: number;
  captures: number;
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
    const isAcquire = span.name === poolAcquire;
    if (isAcquire) {
      notes.startedCalls++;
      const capture = this.#mustCapture(notes) ? captureStack(this.onStart) : null;
      notes.acquiring.set(span.spanContext().spanId, capture);
      return;
    }
    if (!isQueryStart(span)) return;
    const slot = this.#slot;
    this.#slot = undefined;
    if (slot === null) return;
    if (slot === undefined) {
      notes.startedCalls++;
      if (!this.#mustCapture(notes)) return;
    }
    const own = captureStack(this.onStart);
    const isPooled = slot !== undefined && isUnderPoolQuery(own);
    this.#keep(notes, span, isPooled ? slot : own);
  }

  /** An acquire has ended: the next query that starts in this turn is its own. */
  onAcquireEnd(span: EndedSpan, notes: SiteNotes | undefined): void {
    const { spanId } = span.spanContext();
    this.#slot = notes?.acquiring.get(spanId) ?? null;
    notes?.acquiring.delete(spanId);
    queueMicrotask(this.#clearSlot);
  }

  /** A query has ended; its text, and so its shape, is known only now. */
  onQueryEnd(span: EndedSpan, shape: QueryShape, notes: SiteNotes): void {
    notes.endedQueries++;
    let known = notes.shapes.get(shape);
    if (known === undefined) notes.shapes.set(shape, (known = { count: 0, captures: 0 }));
    known.count++;
    if (notes.captures.size > 0 && notes.captures.has(span.spanContext().spanId)) {
      known.captures++;
      notes.isWanted = [...notes.shapes.values()].some(lacksCapture);
    } else if (known.count > 2 && lacksCapture(known)) {
      notes.isWanted = true;
    }
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

  #mustCapture(notes: SiteNotes): boolean {
    if (notes.captures.size + notes.acquiring.size > mostCapturesPerTrace) return false;
    if (notes.isWanted) return true;
    if (
      notes.startedCalls - notes.endedQueries >= 3 &&
      notes.startedCalls >= notes.nextBurstCapture
    ) {
      notes.nextBurstCapture = Math.ceil(notes.startedCalls * 1.6);
      return true;
    }
    if (this.#hunted.size === 0 || this.#huntBudget === 0) return false;
    this.#huntBudget--;
    return true;
  }

  #keep(notes: SiteNotes, span: EndedSpan, capture: Capture): void {
    notes.captures.set(span.spanContext().spanId, capture);
  }

  readonly #clearSlot = (): void => {
    this.#slot = undefined;
  };
}

const mostHunted = 20;
const capturesPerHunt = 500;

/** One stack from three repeats on, a second look at 8, a third at 16: a shape may have two places. */
function lacksCapture({ count, captures }: ShapeNotes): boolean {
  return count >= 3 && captures < Math.floor(Math.log2(count));
}

function isQueryStart({ name, instrumentationScope, attributes }: LiveSpan): boolean {
  if (instrumentationScope.name === pgScope) return name.startsWith('pg.query');
  return attributes['db.system.name'] !== undefined || attributes['db.system'] !== undefined;
}

export function isPoolAcquire({ name }: EndedSpan): boolean {
  return name === poolAcquire;
}
