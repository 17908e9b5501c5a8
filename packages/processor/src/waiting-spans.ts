import { names, statementText } from '@spandrel/engine';
import type { OpenTrace, TraceBook } from '@spandrel/engine';
import type { Episodes } from './episodes.ts';
import { HeldSpans } from './held-spans.ts';
import { isSampled } from './keeping.ts';
import { LateSpans } from './late-spans.ts';
import { parametersText } from './parameters/noted.ts';
import type { EndedSpan } from './sdk.ts';
import type { SelfCounts, UnjudgedReason } from './self-counts.ts';
import type { TraceFates } from './trace-fates.ts';
import { notesOf } from './trace-notes.ts';
import type { TraceNotes } from './trace-notes.ts';
import type { Verdicts } from './verdicts.ts';
import type { WayOut } from './way-out.ts';

type Trace = OpenTrace<EndedSpan, TraceNotes>;

const bytesPerSpan = 1000;
const mostLateSpans = 1000;

export interface WaitingLimits {
  readonly maxHeldSpans: number;
  readonly maxHeldBytes: number;
  readonly keep: readonly unknown[];
}

/** What spans wait in, and where they go from there. */
export interface WaitingConfig {
  readonly limits: WaitingLimits;
  readonly book: TraceBook<EndedSpan, TraceNotes>;
  readonly fates: TraceFates;
  readonly verdicts: Verdicts;
  readonly out: WayOut;
  readonly counts: SelfCounts;
  readonly episodes: Episodes;
}

/**
 * Ended children: those of open traces wait in the book for their root, late ones for a verdict of
 * their own. What finds no room, or waits too long, goes on; nothing is lost here without a count.
 */
export class WaitingSpans {
  /** Spans in the book and late ones. */
  readonly held: HeldSpans;
  readonly #late = new LateSpans();
  readonly #limits: WaitingLimits;
  readonly #book: TraceBook<EndedSpan, TraceNotes>;
  readonly #fates: TraceFates;
  readonly #verdicts: Verdicts;
  readonly #out: WayOut;
  readonly #counts: SelfCounts;
  readonly #episodes: Episodes;

  constructor({ limits, book, fates, verdicts, out, counts, episodes }: WaitingConfig) {
    this.held = new HeldSpans(limits);
    this.#limits = limits;
    this.#book = book;
    this.#fates = fates;
    this.#verdicts = verdicts;
    this.#out = out;
    this.#counts = counts;
    this.#episodes = episodes;
  }

  /** A child of an open trace has ended. */
  hold(trace: Trace, span: EndedSpan): void {
    const bytes = bytesOf(span);
    if (!this.held.hasRoomFor(bytes)) {
      trace.cutCount++;
      this.#passOn(span, 'max_held_spans');
    } else if (this.#book.keep(trace, span)) {
      this.held.add(bytes);
      notesOf(trace).heldBytes += bytes;
    } else {
      this.#passOn(span, 'max_spans_per_trace');
    }
  }

  /** A child has ended whose trace is not open: late where the trace was judged. */
  holdLate(traceId: string, span: EndedSpan): void {
    if (this.#fates.verdictOf(traceId) === undefined) {
      return this.#passOn(span, this.#fates.reasonOf(traceId) ?? 'no_open_trace');
    }
    const bytes = bytesOf(span);
    if (!this.held.hasRoomFor(bytes)) return this.#passOn(span, 'max_held_spans');
    (span.attributes as Record<string, unknown>)[names.ATTR_LATE] = true;
    this.#counts.lateSpans++;
    this.held.add(bytes);
    this.#late.add(traceId, span, bytes);
    if (this.#late.size >= mostLateSpans) this.judgeLate();
  }

  /**
   * `spans` of a trace are held no longer. `ofSpans` is how many it held with them, 0 when it is over:
   * then all it weighs is given back, else their share of it.
   */
  giveBack({ notes }: Trace, spans: number, ofSpans: number): void {
    const heldBytes = notes?.heldBytes ?? 0;
    const bytes = ofSpans === 0 ? heldBytes : Math.floor((heldBytes * spans) / ofSpans);
    if (notes !== undefined) notes.heldBytes -= bytes;
    this.held.giveBack(spans, bytes);
  }

  /** Late children form a verdict of their own; it has no root to be written on. */
  judgeLate(): void {
    if (this.#late.size === 0) return;
    const { byTrace, size, bytes } = this.#late.take();
    this.held.giveBack(size, bytes);
    for (const [traceId, spans] of byTrace) {
      try {
        this.#verdicts.judgeLate(spans, this.#fates.verdictOf(traceId));
      } catch (error) {
        this.#counts.passSpans('internal_error', spans.length);
        this.#episodes.swallowed(error);
      }
      const isKept = this.#fates.isKept(traceId);
      for (const span of spans) this.#out.send(span, isKept);
    }
  }

  /**
   * A long request, stream or job goes out as it comes; what has been sent is kept for the verdict.
   * False when there was nothing new to send.
   */
  sendPieces(trace: Trace, nowMs: number): boolean {
    if (this.#mayBeKept(trace)) return false;
    const sent = (trace.sent ??= new Set());
    // Asked of every quiet trace each second; with several roots, sent ones may have been judged.
    if (sent.size === trace.items.length && !trace.hasSeveralRoots) return false;
    const fresh = trace.items.filter((span) => !sent.has(span));
    if (fresh.length === 0) return false;
    this.#hashParameters(fresh);
    for (const span of fresh) {
      sent.add(span);
      this.#out.send(span);
    }
    trace.sinceMs = nowMs;
    return true;
  }

  /** Sends on all that waits; open traces stay open. */
  sendAll(nowMs: number): void {
    this.judgeLate();
    for (const trace of this.#book.traces()) this.sendPieces(trace, nowMs);
  }

  /** How many spans of open traces have been sent already. */
  countSentEarly(): number {
    let count = 0;
    for (const { items, sent } of this.#book.traces()) {
      if (sent !== undefined) for (const span of items) if (sent.has(span)) count++;
    }
    return count;
  }

  /** Who reads the spans elsewhere leaves it out of the verdict, too. */
  #passOn(span: EndedSpan, reason: UnjudgedReason): void {
    (span.attributes as Record<string, unknown>)[names.ATTR_UNJUDGED] = reason;
    this.#counts.passSpans(reason, 1);
    if (reason !== 'shed') {
      this.#episodes.tell(`spans ${reason}`, `spans are sent on unjudged (${reason})`);
    }
    this.#out.send(span);
  }

  /** The sampler left it out, and its verdict may keep it: then its spans wait. */
  #mayBeKept({ items }: Trace): boolean {
    const [first] = items;
    return this.#limits.keep.length > 0 && first !== undefined && !isSampled(first);
  }

  /** A verdict to come will not reach those that have left. */
  #hashParameters(spans: readonly EndedSpan[]): void {
    try {
      this.#verdicts.hashParameters(spans);
    } catch (error) {
      this.#episodes.swallowed(error);
    }
  }
}

/** An estimate: what a span weighs, and the texts on it that can be long. */
function bytesOf(span: EndedSpan): number {
  const text = statementText(span.attributes);
  if (text === undefined) return bytesPerSpan;
  return bytesPerSpan + text.length + (parametersText(span)?.length ?? 0);
}
