import type { Context, MeterProvider } from '@opentelemetry/api';
import { names, statementText, TraceBook } from '@spandrel/engine';
import type { OpenTrace, Report, Statement, Statistics } from '@spandrel/engine';
import { BatchExporter } from './batch-exporter.ts';
import { writeAllowance } from './allow-repeats.ts';
import { CallNotes, CallSites, isPoolAcquire } from './call-sites.ts';
import { Episodes } from './episodes.ts';
import { HeldSpans } from './held-spans.ts';
import { LateSpans } from './late-spans.ts';
import { resolveProcessorOptions } from './options.ts';
import type { ProcessorOptions, ResolvedProcessorOptions } from './options.ts';
import { OpenChildren } from './open-children.ts';
import { parametersText } from './parameters/noted.ts';
import { Recent } from './recent.ts';
import { redactSpan } from './redaction.ts';
import { writerOfEnded } from './sdk.ts';
import type { EndedSpan, Exporter, LiveSpan, Processor, Writer } from './sdk.ts';
import { SelfCounts } from './self-counts.ts';
import type { UnjudgedReason } from './self-counts.ts';
import { isLocalRoot } from './span-view.ts';
import { TraceNotes } from './trace-notes.ts';
import { Verdicts } from './verdicts.ts';
import type { FindingEvent, JudgedRoot } from './verdicts.ts';

export interface SpandrelProcessorConfig extends ProcessorOptions {
  /**
   * Where spans go. Given, this processor owns the way out: it must be the SDK's only exporting
   * one. Left out, it works beside others: it judges and annotates, and redaction is theirs.
   */
  readonly exporter?: Exporter<never>;
  /** Called for every finding, in the turn its root ends. What it throws or rejects is swallowed. */
  readonly onFinding?: (event: FindingEvent) => void;
  /** Called once per kind of trouble and episode with a sentence about it. */
  readonly onTrouble?: (message: string) => void;
  /** Default: the global one. */
  readonly meterProvider?: MeterProvider;
  /** Files inside it are reported relative to it. Default: the working directory. */
  readonly rootDir?: string;
  /** The clock, for tests: epoch milliseconds. */
  readonly now?: () => number;
}

type Trace = OpenTrace<EndedSpan, TraceNotes>;

const clientKind = 2;
const sampledFlag = 1;
const sweepMs = 1000;
const abandonAfterMs = 600_000;
const bytesPerSpan = 1000;
const mostLateSpans = 1000;
const rememberedTraces = 2000;
const bulkyCharacters = 100_000;
/**
 * A root that never ends, in traces with several: the book would give the last one to end what is
 * left of the others. Children that are nobody's are its own.
 */
const keeper = '';

/**
 * Judges every trace of this process when its local root ends: writes what it found on the root,
 * keeps the endpoint's statistics, removes literals and hands the spans on in batches.
 *
 * Guest rules: no callback of it throws, blocks or grows without bound. What does not fit passes
 * through unjudged or is dropped, and is counted. After `shutdown` it does nothing.
 */
export class SpandrelProcessor implements Processor {
  readonly counts = new SelfCounts();
  readonly options: ResolvedProcessorOptions;
  readonly #now: () => number;
  readonly #episodes: Episodes;
  readonly #sites: CallSites | undefined;
  readonly #verdicts: Verdicts;
  readonly #exporter: BatchExporter | undefined;
  readonly #book: TraceBook<EndedSpan, TraceNotes>;
  readonly #late = new LateSpans();
  /** Spans in the book and late ones. */
  readonly #held: HeldSpans;
  /** By trace id, for children that end when their trace is not open any more: its verdict … */
  readonly #judged = new Recent<JudgedRoot>(rememberedTraces);
  /** … or why it has none. */
  readonly #unjudged = new Recent<UnjudgedReason>(rememberedTraces);
  #sweeper: NodeJS.Timeout | undefined;
  /** Older SDKs do not tell that a span is ending: then roots are judged when they have. */
  #isToldOfEndings = false;
  #isStopped = false;
  #stopping: Promise<void> | undefined;

  /** Throws a `RangeError` that names option, rule and value. */
  constructor(config: SpandrelProcessorConfig = {}) {
    const { exporter, onFinding, onTrouble, meterProvider, rootDir, now, ...given } = config;
    const options = resolveProcessorOptions(given);
    this.options = options;
    this.#now = now ?? Date.now;
    this.#episodes = new Episodes(onTrouble, this.#now);
    this.#sites = options.callSites ? new CallSites(rootDir ?? process.cwd()) : undefined;
    this.#book = new TraceBook(options);
    this.#held = new HeldSpans(options);
    this.#verdicts = new Verdicts({
      options,
      counts: this.counts,
      gauges: { openTraces: () => this.#book.size, heldSpans: () => this.#held.spans },
      episodes: this.#episodes,
      sites: this.#sites,
      onFinding,
      meterProvider,
      now: this.#now,
    });
    if (exporter !== undefined) {
      this.#exporter = new BatchExporter(exporter, options, this.counts, this.#episodes);
    }
  }

  onStart(span: LiveSpan, around: Context): void {
    if (this.#isStopped) return;
    try {
      writeAllowance(span, around);
      if (isLocalRoot(span)) this.#rootStarts(span);
      else this.#childStarts(span);
    } catch (error) {
      this.#internalError(error);
    }
  }

  onEnding(span: LiveSpan): void {
    this.#isToldOfEndings = true;
    if (this.#isStopped) return;
    try {
      if (isLocalRoot(span)) this.#rootEnds(span, span);
    } catch (error) {
      this.#internalError(error);
    }
  }

  onEnd(span: EndedSpan): void {
    if (this.#isStopped) return;
    try {
      if (!isLocalRoot(span)) return this.#childEnds(span);
      if (!this.#isToldOfEndings) this.#rootEnds(span, writerOfEnded(span));
    } catch (error) {
      return this.#lose(error);
    }
    this.#send(span);
  }

  /**
   * Exports everything that is judged, within `exportTimeoutMs`; spans of open traces go on waiting
   * for their root. Never rejects.
   */
  async forceFlush(): Promise<void> {
    this.#judgeLate();
    await this.#exporter?.flush();
  }

  /**
   * Sends on the spans of open traces unjudged, exports all within `exportTimeoutMs`, then does
   * nothing more. Calling it again waits for the first call. Never rejects.
   */
  shutdown(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /** Gives up what still waits, and counts it. For the end of a process that cannot wait. */
  abandon(): void {
    if (!this.#isStopped) this.#dropHeld();
    this.#isStopped = true;
    clearInterval(this.#sweeper);
    this.#exporter?.abandon();
  }

  /** Endpoints, problems and counts since the start, as the CLI prints them. */
  report(): Report {
    const { exportedSpans, exportedBatches, droppedSpans, unjudgedTraces } = this.counts;
    return this.#verdicts.report({
      exported: { spans: exportedSpans, batches: exportedBatches },
      dropped: {
        spans: total(droppedSpans),
        traces: total(unjudgedTraces),
        reasons: { ...unjudgedTraces, ...droppedSpans },
      },
    });
  }

  /** The account for programs: endpoints, queries, caches, single requests; limits can be changed there. */
  get statistics(): Statistics {
    return this.#verdicts.account;
  }

  async #stop(): Promise<void> {
    if (this.#isStopped) return;
    for (const trace of this.#book.traces()) this.#abandon(trace);
    this.#judgeLate();
    this.#isStopped = true;
    clearInterval(this.#sweeper);
    await this.#exporter?.shutdown();
  }

  #begin(): void {
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs).unref();
    this.#verdicts.begin();
  }

  #rootStarts(span: LiveSpan): void {
    const { traceId, spanId } = span.spanContext();
    if (this.#sweeper === undefined) this.#begin();
    const isFirst = span.parentSpanContext === undefined;
    if (isFirst ? this.#openFirst(traceId, spanId) : this.#open(traceId, spanId)) return;
    this.counts.passTrace('max_open_traces');
    this.#unjudged.set(traceId, 'max_open_traces');
    const { maxOpenTraces } = this.options;
    this.#episodes.tell('max_open_traces', `more than ${maxOpenTraces} traces are open at once`);
  }

  /** False when the book is full. */
  #openFirst(traceId: string, rootId: string): boolean {
    return this.#book.open(traceId, rootId, this.#now()) !== undefined;
  }

  /** A root of another process's trace: it may have called us before, and may still. */
  #open(traceId: string, rootId: string): boolean {
    let trace = this.#book.get(traceId);
    if (trace === undefined) {
      const wasOpen = this.#judged.get(traceId) ?? this.#unjudged.get(traceId);
      if (wasOpen === undefined) return this.#openFirst(traceId, rootId);
      // Children of the earlier root may still run, and are none of this one's.
      trace = this.#book.open(traceId, keeper, this.#now());
      if (trace === undefined) return false;
      notesOf(trace).openRoots = new Set();
    }
    this.#book.open(traceId, rootId, this.#now());
    const notes = notesOf(trace);
    if (notes.openRoots === undefined) {
      trace.addRoot(keeper);
      notes.openRoots = new Set([trace.rootId]);
    }
    notes.openRoots.add(rootId);
    return true;
  }

  #childStarts(span: LiveSpan): void {
    const { traceId, spanId } = span.spanContext();
    const trace = this.#book.get(traceId);
    if (trace === undefined) return;
    if (trace.hasSeveralRoots) trace.follow(spanId, span.parentSpanContext?.spanId ?? '');
    if (span.kind !== clientKind) {
      (notesOf(trace).open ??= new OpenChildren(this.options.maxSpansPerTrace)).add(span);
    } else if (this.#sites !== undefined) {
      this.#sites.onStart(span, (notesOf(trace).calls ??= new CallNotes()));
    }
  }

  #childEnds(span: EndedSpan): void {
    const { traceId } = span.spanContext();
    const trace = this.#book.get(traceId);
    if (span.kind !== clientKind) trace?.notes?.open?.delete(span);
    this.#callEnds(span, trace);
    if (trace !== undefined) this.#hold(trace, span);
    else this.#endsWithoutTrace(traceId, span);
  }

  /** Counts it by its shape, if it was a query, and sees to its stack. */
  #callEnds(span: EndedSpan, trace: Trace | undefined): void {
    try {
      if (isPoolAcquire(span)) return this.#sites?.onAcquireEnd(span, trace?.notes?.calls);
      if (isBulky(span)) return;
      const statement = this.#verdicts.statementOf(span);
      const shape = statement?.shape;
      if (shape === undefined && span.kind === clientKind) this.#verdicts.noteHidden(span);
      if (trace === undefined) return;
      if (this.#sites !== undefined && span.kind === clientKind) {
        if (trace.notes?.calls !== undefined) this.#sites.onEnd(span, shape, trace.notes.calls);
      } else if (shape?.kind === 'query') {
        (notesOf(trace).calls ??= new CallNotes()).queries.count(shape, false);
      }
      const queries = trace.notes?.calls?.queries;
      if (statement !== undefined && queries?.hasInlineValues === false) {
        queries.hasInlineValues = holdsValues(statement, span);
      }
    } catch (error) {
      this.#internalError(error);
    }
  }

  #hold(trace: Trace, span: EndedSpan): void {
    const bytes = bytesOf(span);
    if (!this.#held.hasRoomFor(bytes)) {
      trace.cutCount++;
      this.#passOn(span, 'max_held_spans');
    } else if (this.#book.keep(trace, span)) {
      this.#held.add(bytes);
      notesOf(trace).heldBytes += bytes;
    } else {
      this.#passOn(span, 'max_spans_per_trace');
    }
  }

  #endsWithoutTrace(traceId: string, span: EndedSpan): void {
    if (this.#judged.get(traceId) !== undefined) this.#holdLate(traceId, span);
    else this.#passOn(span, this.#unjudged.get(traceId) ?? 'no_open_trace');
  }

  #holdLate(traceId: string, span: EndedSpan): void {
    const bytes = bytesOf(span);
    if (!this.#held.hasRoomFor(bytes)) return this.#passOn(span, 'max_held_spans');
    (span.attributes as Record<string, unknown>)[names.ATTR_LATE] = true;
    this.counts.lateSpans++;
    this.#held.add(bytes);
    this.#late.add(traceId, span, bytes);
    if (this.#late.size >= mostLateSpans) this.#judgeLate();
  }

  /** Who reads the spans elsewhere leaves it out of the verdict, too. */
  #passOn(span: EndedSpan, reason: UnjudgedReason): void {
    (span.attributes as Record<string, unknown>)[names.ATTR_UNJUDGED] = reason;
    this.counts.passSpans(reason, 1);
    this.#episodes.tell(`spans ${reason}`, `spans are sent on unjudged (${reason})`);
    this.#send(span);
  }

  #rootEnds(root: EndedSpan, writer: Writer): void {
    const { traceId, spanId } = root.spanContext();
    const trace = this.#traceOf(traceId, spanId);
    if (trace === undefined) return this.#rootEndsUnseen(traceId);
    const { sent, notes } = trace;
    const children = this.#take(trace, spanId);
    try {
      const isCut = trace.cutCount > 0;
      const open = notes?.open?.under(spanId) ?? [];
      const ended = { span: root, writer, children, open, isCut, calls: notes?.calls };
      this.#judged.set(traceId, this.#verdicts.judgeRoot(ended));
    } catch (error) {
      this.counts.passTrace('internal_error');
      this.#unjudged.set(traceId, 'internal_error');
      this.#internalError(error);
    }
    for (const span of children) if (sent?.has(span) !== true) this.#send(span);
    // V8 may keep what was deleted from a map for a while; its spans would grow old with it.
    children.length = 0;
    if (this.#book.get(traceId) !== trace) trace.notes = undefined;
  }

  /** The trace in which this root is open; a trace may have been opened again without it. */
  #traceOf(traceId: string, rootId: string): Trace | undefined {
    const trace = this.#book.get(traceId);
    if (trace === undefined) return undefined;
    const openRoots = trace.notes?.openRoots;
    const isIts = openRoots === undefined ? trace.rootId === rootId : openRoots.has(rootId);
    return isIts ? trace : undefined;
  }

  /** Refused when it started or let go since, and counted then; or started before we looked. */
  #rootEndsUnseen(traceId: string): void {
    if (this.#unjudged.get(traceId) !== undefined) return;
    this.counts.passTrace('no_open_trace');
    this.#unjudged.set(traceId, 'no_open_trace');
  }

  /** Spans of a root that ends, no longer held. */
  #take(trace: Trace, rootId: string): EndedSpan[] {
    const spans = this.#book.close(trace, rootId, idOf);
    const openRoots = trace.notes?.openRoots;
    if (openRoots === undefined) {
      this.#held.giveBack(spans.length, trace.notes?.heldBytes ?? 0);
      return spans;
    }
    this.#held.giveBack(spans.length, 0);
    openRoots.delete(rootId);
    if (openRoots.size === 0) this.#leave(trace);
    return spans;
  }

  /** The last of several roots has ended: what is left ended after its own root, and comes late. */
  #leave(trace: Trace): void {
    const rest = trace.items.splice(0);
    this.#book.forget(trace);
    this.#held.giveBack(rest.length, trace.notes?.heldBytes ?? 0);
    for (const span of rest) {
      if (trace.sent?.has(span) !== true) this.#endsWithoutTrace(trace.traceId, span);
    }
  }

  /** Late children form a verdict of their own; it has no root to be written on. */
  #judgeLate(): void {
    if (this.#late.size === 0) return;
    const { byTrace, size, bytes } = this.#late.take();
    this.#held.giveBack(size, bytes);
    for (const [traceId, spans] of byTrace) {
      try {
        this.#verdicts.judgeLate(spans, this.#judged.get(traceId));
      } catch (error) {
        this.counts.passSpans('internal_error', spans.length);
        this.#internalError(error);
      }
      for (const span of spans) this.#send(span);
    }
  }

  /** Once a second: spans that waited long enough go on, traces nobody ends are let go. */
  #sweep(): void {
    const nowMs = this.#now();
    for (const trace of this.#book.traces()) {
      const quietMs = nowMs - trace.sinceMs;
      if (quietMs < this.options.maxHoldMs) continue;
      if (!this.#sendPieces(trace, nowMs) && quietMs >= abandonAfterMs) this.#abandon(trace);
    }
    this.#judgeLate();
  }

  /**
   * A long request, stream or job goes out as it comes; what has been sent is kept for the verdict.
   * False when there was nothing new to send.
   */
  #sendPieces(trace: Trace, nowMs: number): boolean {
    const sent = (trace.sent ??= new Set());
    const fresh = trace.items.filter((span) => !sent.has(span));
    if (fresh.length === 0) return false;
    this.#hashParameters(fresh);
    for (const span of fresh) {
      sent.add(span);
      this.#send(span);
    }
    trace.sinceMs = nowMs;
    return true;
  }

  /** A verdict to come will not reach those that have left. */
  #hashParameters(spans: readonly EndedSpan[]): void {
    try {
      this.#verdicts.hashParameters(spans);
    } catch (error) {
      this.#internalError(error);
    }
  }

  /** Nobody ends it: lets it go without a verdict. */
  #abandon(trace: Trace): void {
    this.#sendPieces(trace, this.#now());
    this.#book.forget(trace);
    this.#held.giveBack(trace.items.length, trace.notes?.heldBytes ?? 0);
    this.counts.passTrace('abandoned');
    this.counts.passSpans('abandoned', trace.items.length);
    this.#unjudged.set(trace.traceId, 'abandoned');
    trace.items.length = 0;
  }

  #dropHeld(): void {
    const late = this.#late.take();
    this.#held.giveBack(late.size, late.bytes);
    const waiting = [...late.byTrace.values()].flat();
    for (const trace of this.#book.traces()) {
      waiting.push(...trace.items.filter((span) => trace.sent?.has(span) !== true));
      this.#book.forget(trace);
      this.#held.giveBack(trace.items.length, trace.notes?.heldBytes ?? 0);
    }
    if (this.#exporter === undefined) return;
    this.counts.drop('shutdown', waiting.filter(isSampled).length);
  }

  #send(span: EndedSpan): void {
    if (this.#exporter === undefined) return;
    try {
      if (!isSampled(span)) return;
      if (this.options.redact) redactSpan(span, this.#verdicts.statements);
    } catch (error) {
      // A span that could not be made safe stays here.
      return this.#lose(error);
    }
    this.#exporter.add(span);
  }

  #lose(error: unknown): void {
    if (this.#exporter !== undefined) this.counts.drop('internal_error', 1);
    this.#internalError(error);
  }

  #internalError(error: unknown): void {
    const words = error instanceof Error ? error.message : 'unknown';
    this.#episodes.tell('internal_error', `an internal error was swallowed: ${words}`);
  }
}

function notesOf(trace: Trace): TraceNotes {
  return (trace.notes ??= new TraceNotes());
}

function idOf(span: EndedSpan): string {
  return span.spanContext().spanId;
}

/** Texts of megabytes are bulk writes, and not remembered: they are read when judged, and no sooner. */
function isBulky({ attributes }: EndedSpan): boolean {
  const text = statementText(attributes);
  return text !== undefined && text.length > bulkyCharacters;
}

/** What stands in a statement's text does not leave: a hash of it has to. */
function holdsValues({ shape, exportText }: Statement, { attributes }: EndedSpan): boolean {
  return shape.hasValues && exportText !== statementText(attributes);
}

function isSampled(span: EndedSpan): boolean {
  return (span.spanContext().traceFlags & sampledFlag) !== 0;
}

/** An estimate: what a span weighs, and the texts on it that can be long. */
function bytesOf(span: EndedSpan): number {
  const text = statementText(span.attributes);
  if (text === undefined) return bytesPerSpan;
  return bytesPerSpan + text.length + (parametersText(span)?.length ?? 0);
}

function total(counts: Partial<Record<string, number>>): number {
  return Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}
