import type { Context } from '@opentelemetry/api';
import type { OpenTrace, Report, Statistics } from '@spandrel/engine';
import { Acquires } from './acquires.ts';
import { hear, unhear } from './asked-connections.ts';
import { writeAllowance } from './allow-repeats.ts';
import type { Surrendered } from './batch-exporter.ts';
import { CallSites } from './call-sites.ts';
import type { SpandrelProcessorConfig } from './config.ts';
import { Episodes } from './episodes.ts';
import { resolveProcessorOptions } from './options.ts';
import type { ResolvedProcessorOptions } from './options.ts';
import { OpenChildren } from './open-children.ts';
import type { OpenChildrenRoom } from './open-children.ts';
import { OpenRoots } from './open-roots.ts';
import { OwnHealth } from './own-health.ts';
import { addFinder } from './request-context/finders.ts';
import { OpenRequests } from './request-context/open-requests.ts';
import { writerOfEnded } from './sdk.ts';
import type { EndedSpan, LiveSpan, Processor, Writer } from './sdk.ts';
import { SelfCounts, total } from './self-counts.ts';
import { readSelf } from './self-metrics.ts';
import type { Reading, Self } from './self-metrics.ts';
import { isLocalRoot } from './span-view.ts';
import { TraceCalls } from './trace-calls.ts';
import { TraceFates } from './trace-fates.ts';
import { notesOf } from './trace-notes.ts';
import type { TraceNotes } from './trace-notes.ts';
import { Verdicts } from './verdicts.ts';
import { WaitingSpans } from './waiting-spans.ts';
import { WayOut } from './way-out.ts';

type Trace = OpenTrace<EndedSpan, TraceNotes>;

const serverKind = 1;
/** By this, copies of this package know each other's processors. */
const mark = Symbol.for('@spandrel/processor/v1');
const clientKind = 2;
const sweepMs = 1000;

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
  readonly #health: OwnHealth;
  readonly #self: Self;
  readonly #waiting: WaitingSpans;
  readonly #fates: TraceFates;
  readonly #childrenRoom: OpenChildrenRoom;
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
    this.#fates = new TraceFates(options.keep.length > 0);
    this.#requests = new OpenRequests(options);
    this.#childrenRoom = {
      left: options.maxHeldSpans,
      onFull: () => this.counts.overflows('openChildren'),
    };
    this.#health = new OwnHealth(options.maxOverheadPercent, this.#episodes, stopwatch);
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
      this.#health.time,
      (tookMs, failure) => this.#verdicts.recordExport(tookMs, failure),
    );
    this.#waiting = new WaitingSpans({
      limits: options,
      book: this.#open.book,
      fates: this.#fates,
      verdicts: this.#verdicts,
      out: this.#out,
      counts: this.counts,
      episodes: this.#episodes,
    });
  }

  onStart(span: LiveSpan, around: Context): void {
    if (this.#isStopped) return;
    const sinceMs = this.#health.time.beginSample();
    try {
      writeAllowance(span, around);
      if (isLocalRoot(span)) this.#rootStarts(span);
      else this.#childStarts(span);
    } catch (error) {
      this.#episodes.swallowed(error);
    }
    if (sinceMs >= 0) this.#health.time.doneSample('start', sinceMs);
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
    const sinceMs = this.#health.time.beginSample();
    try {
      if (!isLocalRoot(span)) this.#childEnds(span);
      else this.#rootHasEnded(span);
    } catch (error) {
      this.#out.lose(error);
    }
    if (sinceMs >= 0) this.#health.time.doneSample('end', sinceMs);
  }

  /**
   * Exports everything that is judged, within `exportTimeoutMs`; spans of open traces go on waiting
   * for their root. Never rejects.
   */
  async forceFlush(): Promise<void> {
    this.#waiting.judgeLate();
    await this.#out.flush();
  }

  /**
   * As `forceFlush`, with the ended spans of open traces, whose verdict comes if their root ends yet.
   * For the end of a process: what cannot be exported is kept for `surrender`. True when everything
   * has left. Never rejects.
   */
  lastFlush(): Promise<boolean> {
    this.#waiting.sendAll(this.#now());
    return this.#out.lastFlush();
  }

  /**
   * Hands over, at once, all spans that have not left, made safe; the caller sends or keeps them by
   * other means and counts them in `counts`. After it the processor does nothing.
   */
  surrender(): Surrendered {
    if (!this.#isStopped) this.#waiting.sendAll(this.#now());
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
    this.#waiting.judgeLate();
    this.#stopListening();
    await this.#out.shutdown();
  }

  #asSelf(): Self {
    return {
      counts: this.counts,
      time: this.#health.time,
      shedding: this.#health.shedding,
      openTraces: () => this.#open.book.size,
      heldSpans: () => this.#waiting.held.spans,
      heldBytes: () => this.#waiting.held.bytes,
      spansSentEarly: () => this.#waiting.countSentEarly(),
      waitingSpans: () => this.#out.waiting,
      statisticsBytes: () => this.#verdicts.account.sizeBytes,
      overflow: () => ({ ...this.counts.overflow, ...this.#verdicts.overflow }),
    };
  }

  #judgeInTime(root: EndedSpan, writer: Writer): void {
    const sinceMs = this.#health.time.begin();
    this.#rootEnds(root, writer);
    this.#health.time.done('judge', sinceMs);
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
    this.#fates.leaveUnjudged(traceId, 'max_open_traces');
    const { maxOpenTraces } = this.options;
    this.#episodes.tell('max_open_traces', `more than ${maxOpenTraces} traces are open at once`);
  }

  readonly #rootIdOf = (traceId: string, spanId: string): string | undefined =>
    this.#open.book.get(traceId)?.rootOf(spanId);

  /** A trace is judged whole or not at all: what has been decided for it stays. */
  #sheds(traceId: string): boolean {
    if (this.#health.shedding.level < 2 || this.#open.book.get(traceId) !== undefined) return false;
    const isShed = this.#fates.reasonOf(traceId) === 'shed' || this.#health.shedding.skipsTrace();
    if (!isShed) return false;
    this.counts.passTrace('shed');
    this.#fates.leaveUnjudged(traceId, 'shed');
    return true;
  }

  /** False when there is no room. */
  #opens({ parentSpanContext }: LiveSpan, traceId: string, rootId: string): boolean {
    const nowMs = this.#now();
    if (parentSpanContext === undefined) return this.#open.openFirst(traceId, rootId, nowMs);
    const wasOpen = this.#fates.has(traceId);
    return this.#open.open(traceId, rootId, wasOpen, nowMs);
  }

  #rootHasEnded(span: EndedSpan): void {
    if (!this.#isToldOfEndings) this.#rootEnds(span, writerOfEnded(span));
    this.#out.send(span, this.#fates.isKept(span.spanContext().traceId));
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
    if (trace !== undefined || this.#health.shedding.level < 2) this.#callEnds(span, trace);
    if (trace !== undefined) this.#waiting.hold(trace, span);
    else this.#waiting.holdLate(traceId, span);
  }

  #callEnds(span: EndedSpan, trace: Trace | undefined): void {
    try {
      this.#calls.onEnd(span, trace);
    } catch (error) {
      this.#episodes.swallowed(error);
    }
  }

  #rootEnds(root: EndedSpan, writer: Writer): void {
    const { traceId, spanId } = root.spanContext();
    this.#requests.end(traceId, spanId, writer);
    const trace = this.#open.traceOf(traceId, spanId);
    if (trace === undefined) return this.#rootEndsUnseen(traceId);
    const { sent, notes } = trace;
    const heldBefore = trace.items.length;
    const { children, rest, isOver } = this.#open.take(trace, spanId);
    this.#waiting.giveBack(trace, children.length + rest.length, isOver ? 0 : heldBefore);
    try {
      const isCut = trace.cutCount > 0;
      const open = notes?.open?.under(spanId) ?? [];
      const ended = { span: root, writer, children, open, isCut, calls: notes?.calls };
      this.#fates.judge(traceId, this.#verdicts.judgeRoot(ended));
    } catch (error) {
      this.counts.passTrace('internal_error');
      this.#fates.leaveUnjudged(traceId, 'internal_error');
      this.#episodes.swallowed(error);
    }
    const isKept = this.#fates.isKept(traceId);
    for (const span of children) if (sent?.has(span) !== true) this.#out.send(span, isKept);
    for (const span of rest) {
      if (sent?.has(span) !== true) this.#waiting.holdLate(traceId, span);
    }
    // V8 may keep what was deleted from a map for a while; its spans would grow old with it.
    if (!isOver && sent !== undefined) for (const span of children) sent.delete(span);
    children.length = 0;
    if (isOver) this.#endNotes(trace);
  }

  #endNotes(trace: Trace): void {
    trace.notes?.open?.clear();
    trace.notes = undefined;
  }

  /** Refused when it started or let go since, and counted then; or started before we looked. */
  #rootEndsUnseen(traceId: string): void {
    if (this.#fates.reasonOf(traceId) !== undefined) return;
    this.counts.passTrace('no_open_trace');
    this.#fates.leaveUnjudged(traceId, 'no_open_trace');
  }

  /** Once a second: spans that waited long enough go on, traces nobody ends are let go. */
  #sweep(): void {
    const sinceMs = this.#health.time.begin();
    const nowMs = this.#now();
    const { maxHoldMs, maxQuietMs } = this.options;
    this.#health.observe(this.#waiting);
    this.#calls.isPaused = this.#health.shedding.level > 0;
    for (const trace of this.#open.book.traces()) {
      const quietMs = nowMs - trace.sinceMs;
      if (quietMs < Math.min(maxHoldMs, maxQuietMs)) continue;
      if (!this.#waiting.sendPieces(trace, nowMs) && quietMs >= maxQuietMs) this.#abandon(trace);
    }
    this.#requests.sweep(nowMs, (traceId) => this.#open.book.get(traceId) !== undefined);
    this.#waiting.judgeLate();
    this.#health.time.done('sweep', sinceMs);
  }

  /** Nobody ends it: lets it go without a verdict. */
  #abandon(trace: Trace): void {
    this.#waiting.sendPieces(trace, this.#now());
    this.#open.book.forget(trace);
    this.#requests.forget(trace.traceId);
    this.#waiting.giveBack(trace, trace.items.length, 0);
    this.#endNotes(trace);
    this.counts.passTrace('abandoned');
    this.counts.passSpans('abandoned', trace.items.length);
    this.#fates.leaveUnjudged(trace.traceId, 'abandoned');
    trace.items.length = 0;
  }
}
