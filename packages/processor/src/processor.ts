import type { Context, MeterProvider } from '@opentelemetry/api';
import { names, statementText } from '@spandrel/engine';
import type { OpenTrace, Report, Statistics } from '@spandrel/engine';
import { Acquires } from './acquires.ts';
import { hear, unhear } from './asked-connections.ts';
import { writeAllowance } from './allow-repeats.ts';
import type { Surrendered } from './batch-exporter.ts';
import { CallSites } from './call-sites.ts';
import { Episodes } from './episodes.ts';
import { HeldSpans } from './held-spans.ts';
import { isSampled } from './keeping.ts';
import { LateSpans } from './late-spans.ts';
import { resolveProcessorOptions } from './options.ts';
import type { ProcessorOptions, ResolvedProcessorOptions } from './options.ts';
import { LoadShedding } from './load-shedding.ts';
import { OpenChildren } from './open-children.ts';
import type { OpenChildrenRoom } from './open-children.ts';
import { OpenRoots } from './open-roots.ts';
import { OwnTime, threadStopwatch } from './own-time.ts';
import type { Stopwatch } from './own-time.ts';
import { parametersText } from './parameters/noted.ts';
import { Recent } from './recent.ts';
import { addFinder } from './request-context/finders.ts';
import { OpenRequests } from './request-context/open-requests.ts';
import { writerOfEnded } from './sdk.ts';
import type { EndedSpan, Exporter, LiveSpan, Processor, Writer } from './sdk.ts';
import { SelfCounts } from './self-counts.ts';
import type { UnjudgedReason } from './self-counts.ts';
import { readSelf } from './self-metrics.ts';
import type { Reading, Self } from './self-metrics.ts';
import { isLocalRoot } from './span-view.ts';
import { TraceCalls } from './trace-calls.ts';
import { notesOf } from './trace-notes.ts';
import type { TraceNotes } from './trace-notes.ts';
import { Verdicts } from './verdicts.ts';
import type { FindingEvent, JudgedRoot } from './verdicts.ts';
import { WayOut } from './way-out.ts';

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
  /** What our own time is measured with, for tests. */
  readonly stopwatch?: Stopwatch;
}

type Trace = OpenTrace<EndedSpan, TraceNotes>;

const serverKind = 1;
/** By this, copies of this package know each other's processors. */
const mark = Symbol.for('@spandrel/processor/v1');
const clientKind = 2;
const sweepMs = 1000;
const bytesPerSpan = 1000;
const mostLateSpans = 1000;
const rememberedTraces = 2000;

/**
 * Judges every trace of this process when its local root ends: writes what it found on the root,
 * keeps the endpoint's statistics, removes literals and hands the spans on in batches.
 *
 * Guest rules: no callback of it throws, blocks or grows without bound. What does not fit passes
 * through unjudged or is dropped, and is counted. After `shutdown` it does nothing.
 */
export class SpandrelProcessor implements Processor {
  readonly [mark] = true;
  readonly counts = new SelfCounts();
  readonly options: ResolvedProcessorOptions;
  readonly #now: () => number;
  readonly #episodes: Episodes;
  readonly #verdicts: Verdicts;
  readonly #calls: TraceCalls;
  readonly #acquires: Acquires | undefined;
  readonly #out: WayOut;
  readonly #open: OpenRoots;
  readonly #requests: OpenRequests;
  readonly #time: OwnTime;
  readonly #shedding: LoadShedding;
  readonly #self: Self;
  readonly #late = new LateSpans();
  /** Spans in the book and late ones. */
  readonly #held: HeldSpans;
  readonly #childrenRoom: OpenChildrenRoom;
  /** By trace id, for children that end when their trace is not open any more: its verdict … */
  readonly #judged = new Recent<JudgedRoot>(rememberedTraces);
  /** … or why it has none. */
  readonly #unjudged = new Recent<UnjudgedReason>(rememberedTraces);
  #sweeper: NodeJS.Timeout | undefined;
  #removeFinder: (() => void) | undefined;
  /** Older SDKs do not tell that a span is ending: then roots are judged when they have. */
  #isToldOfEndings = false;
  #isStopped = false;
  #stopping: Promise<void> | undefined;

  /** Throws a `RangeError` that names option, rule and value. */
  constructor(config: SpandrelProcessorConfig = {}) {
    const { exporter, onFinding, onTrouble, meterProvider, rootDir, now, stopwatch, ...given } =
      config;
    const options = resolveProcessorOptions(given);
    this.options = options;
    this.#now = now ?? Date.now;
    this.#episodes = new Episodes(onTrouble, this.#now);
    this.#open = new OpenRoots(options);
    this.#requests = new OpenRequests(options);
    this.#held = new HeldSpans(options);
    this.#childrenRoom = {
      left: options.maxHeldSpans,
      onFull: () => this.counts.overflows('openChildren'),
    };
    this.#time = new OwnTime(stopwatch ?? threadStopwatch);
    this.#shedding = new LoadShedding(options.maxOverheadPercent, (why) => this.#sayShed(why));
    this.#self = this.#asSelf();
    const sites = options.callSites ? new CallSites(rootDir ?? process.cwd()) : undefined;
    this.#verdicts = new Verdicts({
      options,
      self: this.#self,
      episodes: this.#episodes,
      sites,
      onFinding,
      meterProvider,
      now: this.#now,
    });
    this.#calls = new TraceCalls(sites, this.#verdicts);
    if (sites !== undefined) hear((this.#acquires = new Acquires(this.#open.book, sites)));
    this.#out = new WayOut(
      exporter,
      options,
      this.#verdicts.privacy,
      this.counts,
      this.#episodes,
      this.#time,
      (tookMs, failure) => this.#verdicts.recordExport(tookMs, failure),
    );
  }

  onStart(span: LiveSpan, around: Context): void {
    if (this.#isStopped) return;
    const sinceMs = this.#time.beginSample();
    try {
      writeAllowance(span, around);
      if (isLocalRoot(span)) this.#rootStarts(span);
      else this.#childStarts(span);
    } catch (error) {
      this.#episodes.swallowed(error);
    }
    if (sinceMs >= 0) this.#time.doneSample('start', sinceMs);
  }

  onEnding(span: LiveSpan): void {
    this.#isToldOfEndings = true;
    if (this.#isStopped) return;
    try {
      if (isLocalRoot(span)) this.#judgeInTime(span, span);
    } catch (error) {
      this.#episodes.swallowed(error);
    }
  }

  onEnd(span: EndedSpan): void {
    if (this.#isStopped) return;
    const sinceMs = this.#time.beginSample();
    try {
      if (!isLocalRoot(span)) this.#childEnds(span);
      else this.#rootHasEnded(span);
    } catch (error) {
      this.#out.lose(error);
    }
    if (sinceMs >= 0) this.#time.doneSample('end', sinceMs);
  }

  /**
   * Exports everything that is judged, within `exportTimeoutMs`; spans of open traces go on waiting
   * for their root. Never rejects.
   */
  async forceFlush(): Promise<void> {
    this.#judgeLate();
    await this.#out.flush();
  }

  /**
   * As `forceFlush`, with the ended spans of open traces, whose verdict comes if their root ends yet.
   * For the end of a process: what cannot be exported is kept for `surrender`. True when everything
   * has left. Never rejects.
   */
  lastFlush(): Promise<boolean> {
    this.#sendHeld();
    return this.#out.lastFlush();
  }

  /**
   * Hands over, at once, all spans that have not left, made safe; the caller sends or keeps them by
   * other means and counts them in `counts`. After it the processor does nothing.
   */
  surrender(): Surrendered {
    if (!this.#isStopped) this.#sendHeld();
    this.#stopListening();
    return this.#out.surrender();
  }

  /**
   * Sends on the spans of open traces unjudged, exports all within `exportTimeoutMs`, then does
   * nothing more. Calling it again waits for the first call. Never rejects.
   */
  shutdown(): Promise<void> {
    return (this.#stopping ??= this.#stop());
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

  /** How we are: the metrics of ourselves as they stand, by name; the README has their table. */
  health(): Record<string, Reading> {
    return readSelf(this.#self);
  }

  /** The account for programs: endpoints, queries, caches, single requests; limits can be changed there. */
  get statistics(): Statistics {
    return this.#verdicts.account;
  }

  async #stop(): Promise<void> {
    if (this.#isStopped) return;
    for (const trace of this.#open.book.traces()) this.#abandon(trace);
    this.#judgeLate();
    this.#stopListening();
    await this.#out.shutdown();
  }

  #asSelf(): Self {
    return {
      counts: this.counts,
      time: this.#time,
      shedding: this.#shedding,
      openTraces: () => this.#open.book.size,
      heldSpans: () => this.#held.spans,
      heldBytes: () => this.#held.bytes,
      spansSentEarly: () => this.#countSentEarly(),
      waitingSpans: () => this.#out.waiting,
      statisticsBytes: () => this.#verdicts.account.sizeBytes,
      overflow: () => ({ ...this.counts.overflow, ...this.#verdicts.overflow }),
    };
  }

  #sayShed(why: string): void {
    const what = 'it sheds work until that is over (see maxOverheadPercent)';
    this.#episodes.tell('shed', `${why}; ${what}`);
  }

  #judgeInTime(root: EndedSpan, writer: Writer): void {
    const sinceMs = this.#time.begin();
    this.#rootEnds(root, writer);
    this.#time.done('judge', sinceMs);
  }

  #stopListening(): void {
    this.#isStopped = true;
    if (this.#acquires !== undefined) unhear(this.#acquires);
    clearInterval(this.#sweeper);
    this.#removeFinder?.();
  }

  #begin(): void {
    this.#removeFinder = addFinder({
      find: (traceId, spanId) => this.#requests.of(traceId, spanId, this.#rootIdOf),
      ignored: () => this.counts.contextIgnored++,
    });
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs).unref();
    this.#verdicts.begin();
  }

  #rootStarts(span: LiveSpan): void {
    const { traceId, spanId } = span.spanContext();
    if (this.#sweeper === undefined) this.#begin();
    if (span.kind === serverKind) this.counts.serverSpans++;
    if (!this.#requests.begin(span, traceId)) this.counts.overflows('requestContexts');
    if (this.#sheds(traceId)) return;
    if (this.#opens(span, traceId, spanId)) return;
    this.counts.passTrace('max_open_traces');
    this.#unjudged.set(traceId, 'max_open_traces');
    const { maxOpenTraces } = this.options;
    this.#episodes.tell('max_open_traces', `more than ${maxOpenTraces} traces are open at once`);
  }

  readonly #rootIdOf = (traceId: string, spanId: string): string | undefined =>
    this.#open.book.get(traceId)?.rootOf(spanId);

  /** A trace is judged whole or not at all: what has been decided for it stays. */
  #sheds(traceId: string): boolean {
    if (this.#shedding.level < 2 || this.#open.book.get(traceId) !== undefined) return false;
    const isShed = this.#unjudged.get(traceId) === 'shed' || this.#shedding.skipsTrace();
    if (!isShed) return false;
    this.counts.passTrace('shed');
    this.#unjudged.set(traceId, 'shed');
    return true;
  }

  /** False when there is no room. */
  #opens({ parentSpanContext }: LiveSpan, traceId: string, rootId: string): boolean {
    const nowMs = this.#now();
    if (parentSpanContext === undefined) return this.#open.openFirst(traceId, rootId, nowMs);
    const wasOpen = (this.#judged.get(traceId) ?? this.#unjudged.get(traceId)) !== undefined;
    return this.#open.open(traceId, rootId, wasOpen, nowMs);
  }

  #rootHasEnded(span: EndedSpan): void {
    if (!this.#isToldOfEndings) this.#rootEnds(span, writerOfEnded(span));
    this.#out.send(span, this.#isKept(span.spanContext().traceId));
  }

  #childStarts(span: LiveSpan): void {
    const { traceId, spanId } = span.spanContext();
    const trace = this.#open.book.get(traceId);
    if (trace === undefined) return;
    if (trace.hasSeveralRoots) trace.follow(spanId, span.parentSpanContext?.spanId ?? '');
    if (span.kind !== clientKind) {
      (notesOf(trace).open ??= new OpenChildren(this.#childrenRoom)).add(span);
    } else {
      this.#calls.onStart(span, trace);
    }
  }

  #childEnds(span: EndedSpan): void {
    const { traceId } = span.spanContext();
    const trace = this.#open.book.get(traceId);
    if (span.kind !== clientKind) trace?.notes?.open?.delete(span);
    if (trace !== undefined || this.#shedding.level < 2) this.#callEnds(span, trace);
    if (trace !== undefined) this.#hold(trace, span);
    else this.#endsWithoutTrace(traceId, span);
  }

  #callEnds(span: EndedSpan, trace: Trace | undefined): void {
    try {
      this.#calls.onEnd(span, trace);
    } catch (error) {
      this.#episodes.swallowed(error);
    }
  }

  #hold(trace: Trace, span: EndedSpan): void {
    const bytes = bytesOf(span);
    if (!this.#held.hasRoomFor(bytes)) {
      trace.cutCount++;
      this.#passOn(span, 'max_held_spans');
    } else if (this.#open.book.keep(trace, span)) {
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
    if (reason !== 'shed') {
      this.#episodes.tell(`spans ${reason}`, `spans are sent on unjudged (${reason})`);
    }
    this.#out.send(span);
  }

  #rootEnds(root: EndedSpan, writer: Writer): void {
    const { traceId, spanId } = root.spanContext();
    this.#requests.end(traceId, spanId, writer);
    const trace = this.#open.traceOf(traceId, spanId);
    if (trace === undefined) return this.#rootEndsUnseen(traceId);
    const { sent, notes } = trace;
    const heldBefore = trace.items.length;
    const { children, rest, isOver } = this.#open.take(trace, spanId);
    this.#giveBack(trace, children.length + rest.length, isOver ? 0 : heldBefore);
    try {
      const isCut = trace.cutCount > 0;
      const open = notes?.open?.under(spanId) ?? [];
      const ended = { span: root, writer, children, open, isCut, calls: notes?.calls };
      const judged = this.#verdicts.judgeRoot(ended);
      // A trace of several roots is kept from the first on for which it is.
      this.#judged.set(traceId, this.#isKept(traceId) ? { ...judged, isKept: true } : judged);
    } catch (error) {
      this.counts.passTrace('internal_error');
      this.#unjudged.set(traceId, 'internal_error');
      this.#episodes.swallowed(error);
    }
    const isKept = this.#isKept(traceId);
    for (const span of children) if (sent?.has(span) !== true) this.#out.send(span, isKept);
    for (const span of rest) {
      if (sent?.has(span) !== true) this.#endsWithoutTrace(traceId, span);
    }
    // V8 may keep what was deleted from a map for a while; its spans would grow old with it.
    if (!isOver && sent !== undefined) for (const span of children) sent.delete(span);
    children.length = 0;
    if (isOver) this.#endNotes(trace);
  }

  /**
   * `spans` of a trace are held no longer. `ofSpans` is how many it held with them, 0 when it is over:
   * then all it weighs is given back, else their share of it.
   */
  #giveBack({ notes }: Trace, spans: number, ofSpans: number): void {
    const heldBytes = notes?.heldBytes ?? 0;
    const bytes = ofSpans === 0 ? heldBytes : Math.floor((heldBytes * spans) / ofSpans);
    if (notes !== undefined) notes.heldBytes -= bytes;
    this.#held.giveBack(spans, bytes);
  }

  #endNotes(trace: Trace): void {
    trace.notes?.open?.clear();
    trace.notes = undefined;
  }

  /** Refused when it started or let go since, and counted then; or started before we looked. */
  #rootEndsUnseen(traceId: string): void {
    if (this.#unjudged.get(traceId) !== undefined) return;
    this.counts.passTrace('no_open_trace');
    this.#unjudged.set(traceId, 'no_open_trace');
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
        this.#episodes.swallowed(error);
      }
      const isKept = this.#isKept(traceId);
      for (const span of spans) this.#out.send(span, isKept);
    }
  }

  #isKept(traceId: string): boolean {
    return this.options.keep.length > 0 && this.#judged.get(traceId)?.isKept === true;
  }

  /** Once a second: spans that waited long enough go on, traces nobody ends are let go. */
  #sweep(): void {
    const sinceMs = this.#time.begin();
    const nowMs = this.#now();
    const { maxHoldMs, maxQuietMs } = this.options;
    this.#observeLoad();
    for (const trace of this.#open.book.traces()) {
      const quietMs = nowMs - trace.sinceMs;
      if (quietMs < Math.min(maxHoldMs, maxQuietMs)) continue;
      if (!this.#sendPieces(trace, nowMs) && quietMs >= maxQuietMs) this.#abandon(trace);
    }
    this.#requests.sweep(nowMs, (traceId) => this.#open.book.get(traceId) !== undefined);
    this.#judgeLate();
    this.#time.done('sweep', sinceMs);
  }

  #observeLoad(): void {
    this.#shedding.observe({
      atMs: this.#time.begin(),
      ownMs: this.#time.sheddableMs,
      judgeMs: this.#time.spentMs.judge,
      busyMs: this.#time.busyMs,
      refusedSpans: this.#held.refused,
      heldShare: this.#held.share,
    });
    this.#calls.isPaused = this.#shedding.level > 0;
  }

  /**
   * A long request, stream or job goes out as it comes; what has been sent is kept for the verdict.
   * False when there was nothing new to send.
   */
  #sendPieces(trace: Trace, nowMs: number): boolean {
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

  /** The sampler left it out, and its verdict may keep it: then its spans wait. */
  #mayBeKept({ items }: Trace): boolean {
    const [first] = items;
    return this.options.keep.length > 0 && first !== undefined && !isSampled(first);
  }

  #countSentEarly(): number {
    let count = 0;
    for (const { items, sent } of this.#open.book.traces()) {
      if (sent !== undefined) for (const span of items) if (sent.has(span)) count++;
    }
    return count;
  }

  #sendHeld(): void {
    this.#judgeLate();
    const nowMs = this.#now();
    for (const trace of this.#open.book.traces()) this.#sendPieces(trace, nowMs);
  }

  /** A verdict to come will not reach those that have left. */
  #hashParameters(spans: readonly EndedSpan[]): void {
    try {
      this.#verdicts.hashParameters(spans);
    } catch (error) {
      this.#episodes.swallowed(error);
    }
  }

  /** Nobody ends it: lets it go without a verdict. */
  #abandon(trace: Trace): void {
    this.#sendPieces(trace, this.#now());
    this.#open.book.forget(trace);
    this.#requests.forget(trace.traceId);
    this.#giveBack(trace, trace.items.length, 0);
    this.#endNotes(trace);
    this.counts.passTrace('abandoned');
    this.counts.passSpans('abandoned', trace.items.length);
    this.#unjudged.set(trace.traceId, 'abandoned');
    trace.items.length = 0;
  }
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
