import type { Context, MeterProvider } from '@opentelemetry/api';
import { Judge, Ledger, statementOf, TraceBook } from '@spandrel/engine';
import type {
  EndpointReport,
  Finding,
  OpenTrace,
  Report,
  Statement,
  Verdict,
} from '@spandrel/engine';
import { BatchExporter } from './batch-exporter.ts';
import { CallSites, isPoolAcquire, SiteNotes } from './call-sites.ts';
import { ProcessorMetrics } from './metrics.ts';
import { resolveProcessorOptions } from './options.ts';
import type { ProcessorOptions, ResolvedProcessorOptions } from './options.ts';
import { redactSpan } from './redaction.ts';
import { markMembers, writeVerdict } from './root-attributes.ts';
import type { EndedSpan, Exporter, LiveSpan, Processor } from './sdk.ts';
import { SelfCounts } from './self-counts.ts';
import { isLocalRoot, SpanView } from './span-view.ts';

/** A finding as it was made, and whether its problem was new to this process. */
export interface FindingEvent {
  readonly finding: Finding;
  readonly service: string;
  readonly isNew: boolean;
}

export interface SpandrelProcessorConfig extends ProcessorOptions {
  /**
   * Where spans go. Given, this processor owns the way out: it must be the SDK's only exporting
   * one. Left out, it works beside others: it judges and annotates, and redaction is theirs.
   */
  readonly exporter?: Exporter<never>;
  /** Called for every finding, in the turn its root ends. What it throws is swallowed. */
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

type Trace = OpenTrace<EndedSpan, SiteNotes>;

const clientKind = 2;
const sweepMs = 1000;
const bytesPerSpan = 1000;

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
  readonly #judge: Judge;
  readonly #ledger: Ledger;
  readonly #book: TraceBook<EndedSpan, SiteNotes>;
  readonly #sites: CallSites | undefined;
  readonly #metrics: ProcessorMetrics;
  readonly #exporter: BatchExporter | undefined;
  readonly #config: SpandrelProcessorConfig;
  readonly #now: () => number;
  /** Endpoints of roots that ended a moment ago, for children that end after them. */
  readonly #recent = new Map<string, string>();
  readonly #lateSpans = new Map<string, EndedSpan[]>();
  readonly #troubles = new Set<string>();
  #service: string | undefined;
  #heldSpans = 0;
  #heldBytes = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** Throws a `RangeError` that names option, rule and value. */
  constructor(config: SpandrelProcessorConfig = {}) {
    const { exporter, onFinding, onTrouble, meterProvider, rootDir, now, ...options } = config;
    this.#config = config;
    this.options = resolveProcessorOptions(options);
    this.#now = now ?? Date.now;
    this.#judge = new Judge(this.options);
    this.#ledger = new Ledger(this.options);
    this.#ledger.begin(this.#now());
    this.#book = new TraceBook(this.options);
    this.#sites = this.options.callSites ? new CallSites(rootDir ?? process.cwd()) : undefined;
    this.#metrics = new ProcessorMetrics(
      this.counts,
      { openTraces: () => this.#book.size, heldSpans: () => this.#heldSpans },
      meterProvider,
    );
    if (exporter !== undefined) {
      this.#exporter = new BatchExporter(exporter, this.options, this.counts, (what) =>
        this.#trouble(what),
      );
    }
  }

  onStart(span: LiveSpan, _context: Context): void {
    if (this.#isStopped) return;
    try {
      if (isLocalRoot(span)) this.#openTrace(span);
      else if (span.kind === clientKind || this.#book.mustFollow) this.#childStarts(span);
    } catch {
      this.#internalError();
    }
  }

  onEnding(span: LiveSpan): void {
    if (this.#isStopped || !isLocalRoot(span)) return;
    try {
      this.#rootEnds(span);
    } catch {
      this.#internalError();
    }
  }

  onEnd(span: EndedSpan): void {
    if (this.#isStopped) return;
    try {
      if (isLocalRoot(span)) this.#send(span);
      else this.#childEnds(span);
    } catch {
      this.#internalError();
    }
  }

  /** Exports everything that is judged; spans of open traces go on waiting for their root. */
  async forceFlush(): Promise<void> {
    this.#judgeLate();
    await this.#exporter?.flush();
  }

  /** Judges what is open, exports all within `exportTimeoutMs`, then does nothing more. */
  async shutdown(): Promise<void> {
    if (this.#isStopped) return;
    for (const trace of [...this.#book.traces()]) this.#abandon(trace);
    this.#judgeLate();
    this.#isStopped = true;
    clearInterval(this.#sweeper);
    await this.#exporter?.shutdown();
  }

  /** Gives up what is still queued, and counts it. For the end of a process that cannot wait. */
  abandon(): void {
    this.#isStopped = true;
    clearInterval(this.#sweeper);
    this.#exporter?.abandon();
  }

  /** Endpoints, problems and counts since the start, as the CLI prints them. */
  report(): Report {
    const { exportedSpans, exportedBatches, droppedSpans, unjudgedTraces } = this.counts;
    return this.#ledger.report(this.#now(), {
      exported: { spans: exportedSpans, batches: exportedBatches },
      dropped: {
        spans: total(droppedSpans),
        traces: total(unjudgedTraces),
        reasons: { ...unjudgedTraces, ...droppedSpans, ...this.#ledger.overflow },
      },
    });
  }

  /** Live p50, p95 and p99 of an endpoint over the window; undefined for one never seen. */
  statistics(endpoint: string): EndpointReport | undefined {
    return this.#ledger.quantiles(this.#service ?? unknownService, endpoint, this.#now());
  }

  #openTrace(span: LiveSpan): void {
    const { traceId, spanId } = span.spanContext();
    this.#sweeper ??= setInterval(() => this.#sweep(), sweepMs).unref();
    if (this.#book.open(traceId, spanId, this.#now()) !== undefined) return;
    this.counts.passTrace('max_open_traces');
    this.#trouble(`more than ${this.options.maxOpenTraces} traces are open at once`);
  }

  #childStarts(span: LiveSpan): void {
    const { traceId, spanId } = span.spanContext();
    const trace = this.#book.get(traceId);
    if (trace === undefined) return;
    if (trace.hasSeveralRoots) trace.follow(spanId, span.parentSpanContext?.spanId ?? '');
    if (span.kind !== clientKind || this.#sites === undefined) return;
    this.#sites.onStart(span, (trace.notes ??= new SiteNotes()));
  }

  #childEnds(span: EndedSpan): void {
    const trace = this.#book.get(span.spanContext().traceId);
    if (span.kind === clientKind) this.#callEnds(span, trace);
    if (trace === undefined) this.#endsWithoutTrace(span);
    else this.#hold(trace, span);
  }

  #callEnds(span: EndedSpan, trace: Trace | undefined): void {
    if (this.#sites === undefined) return;
    if (isPoolAcquire(span)) return this.#sites.onAcquireEnd(span, trace?.notes);
    if (trace?.notes === undefined) return;
    const statement = this.#statementOf(span);
    if (statement?.shape.kind === 'query') {
      this.#sites.onQueryEnd(span, statement.shape, trace.notes);
    }
  }

  #hold(trace: Trace, span: EndedSpan): void {
    const bytes = bytesOf(span);
    const { maxHeldSpans, maxHeldBytes } = this.options;
    if (this.#heldSpans >= maxHeldSpans || this.#heldBytes + bytes > maxHeldBytes) {
      trace.cutCount++;
      this.#passOn(span, 'max_held_spans');
    } else if (this.#book.keep(trace, span)) {
      this.#heldSpans++;
      this.#heldBytes += bytes;
    } else {
      this.#passOn(span, 'max_spans_per_trace');
    }
  }

  #passOn(span: EndedSpan, reason: 'max_held_spans' | 'max_spans_per_trace'): void {
    this.counts.passSpans(reason, 1);
    this.#trouble(`spans are sent on unjudged (${reason})`);
    this.#send(span);
  }

  #rootEnds(root: LiveSpan): void {
    const { traceId, spanId } = root.spanContext();
    const trace = this.#book.get(traceId);
    const children = trace === undefined ? [] : this.#take(trace, spanId);
    if (trace?.notes !== undefined) this.#writeSites(trace.notes, children);
    const rootView = new SpanView(root);
    const views = children.map((span) => new SpanView(span));
    views.push(rootView);
    const verdict = this.#judge.judge(rootView, views, { isCut: (trace?.cutCount ?? 0) > 0 });
    writeVerdict(root, verdict);
    this.#conclude(root, verdict, children, trace?.sent);
    this.#remember(traceId, verdict.endpoint);
  }

  /** Spans of a root that ends, no longer held. */
  #take(trace: Trace, rootId: string): EndedSpan[] {
    const spans = this.#book.close(trace, rootId, idOf);
    this.#letGo(spans);
    return spans;
  }

  #letGo(spans: readonly EndedSpan[]): void {
    this.#heldSpans -= spans.length;
    for (const span of spans) this.#heldBytes -= bytesOf(span);
    if (this.#book.size === 0) {
      // Redacting a span sent early changes its weight; an empty book is the time to start afresh.
      this.#heldSpans = 0;
      this.#heldBytes = 0;
    }
  }

  /** Stacks are read only for queries that can become evidence. */
  #writeSites(notes: SiteNotes, children: readonly EndedSpan[]): void {
    if (notes.captures.size === 0) return;
    for (const span of children) {
      if (!notes.captures.has(idOf(span))) continue;
      const shape = this.#statementOf(span)?.shape;
      if (shape === undefined) continue;
      const repeats = notes.shapes.get(shape)?.count ?? 0;
      if (repeats < this.options.minRepeats && !this.#isSlow(span)) continue;
      if (this.#sites!.write(span, notes)) this.#sites!.found(shape);
    }
    notes.captures.clear();
  }

  #isSlow({ duration: [seconds, nanoseconds] }: EndedSpan): boolean {
    return seconds * 1000 + nanoseconds / 1_000_000 >= this.options.slowQueryMs;
  }

  #conclude(
    root: EndedSpan,
    verdict: Verdict,
    children: readonly EndedSpan[],
    sent?: ReadonlySet<EndedSpan>,
  ): void {
    const service = (this.#service ??= serviceOf(root));
    const { firstSeen } = this.#ledger.record(service, verdict, this.#now());
    this.#metrics.record(verdict);
    if (verdict.findings.length > 0) {
      markMembers(verdict.findings, children);
      this.#tell(service, verdict.findings, firstSeen);
      this.#huntSites(verdict.findings, children);
    }
    for (const span of children) if (sent?.has(span) !== true) this.#send(span);
  }

  #tell(service: string, findings: readonly Finding[], firstSeen: ReadonlySet<string>): void {
    const { onFinding } = this.#config;
    if (onFinding === undefined) return;
    for (const finding of findings) {
      try {
        onFinding({ finding, service, isNew: firstSeen.has(finding.fingerprint) });
      } catch {
        this.#trouble('a listener for findings threw');
      }
    }
  }

  #huntSites(findings: readonly Finding[], children: readonly EndedSpan[]): void {
    if (this.#sites === undefined) return;
    for (const { rule, callSite, spanIds } of findings) {
      if (rule !== 'slow-query' || callSite !== null) continue;
      const span = children.find((child) => idOf(child) === spanIds[0]);
      const shape = span === undefined ? undefined : this.#statementOf(span)?.shape;
      if (shape !== undefined) this.#sites.hunt(shape);
    }
  }

  /** A child of a trace that is not open: its root has ended, or there was no room for the trace. */
  #endsWithoutTrace(span: EndedSpan): void {
    const { traceId } = span.spanContext();
    if (!this.#recent.has(traceId)) {
      this.counts.passSpans('max_open_traces', 1);
      this.#send(span);
      return;
    }
    this.counts.lateSpans++;
    (span.attributes as Record<string, unknown>)['spandrel.late'] = true;
    const late = this.#lateSpans.get(traceId);
    if (late !== undefined) late.push(span);
    else this.#lateSpans.set(traceId, [span]);
    if (this.#lateSpans.size > mostRecentTraces || (late?.length ?? 0) >= 1000) this.#judgeLate();
  }

  /** Late children form a verdict of their own; it has no root to be written on. */
  #judgeLate(): void {
    for (const [traceId, spans] of this.#lateSpans) {
      const views = spans.map((span) => new SpanView(span));
      const endpoint = this.#recent.get(traceId);
      this.#conclude(spans[0]!, this.#judge.judge(undefined, views, { endpoint }), spans);
    }
    this.#lateSpans.clear();
  }

  #remember(traceId: string, endpoint: string): void {
    this.#recent.set(traceId, endpoint);
    if (this.#recent.size <= mostRecentTraces) return;
    const [oldest] = this.#recent.keys();
    this.#recent.delete(oldest!);
  }

  /** Once a second: spans that waited long enough go on, traces nobody ends are let go. */
  #sweep(): void {
    try {
      const nowMs = this.#now();
      for (const trace of this.#book.traces()) {
        const quietMs = nowMs - trace.sinceMs;
        if (quietMs < this.options.maxHoldMs) continue;
        if (!this.#sendPieces(trace, nowMs) && quietMs >= abandonAfterMs) this.#abandon(trace);
      }
      this.#judgeLate();
      if (this.#exporter?.queuedSpans === 0) this.#troubles.clear();
    } catch {
      this.#internalError();
    }
  }

  /**
   * A long request, stream or job goes out as it comes; what has been sent is kept for the verdict.
   * False when there was nothing new to send.
   */
  #sendPieces(trace: Trace, nowMs: number): boolean {
    if (this.#exporter === undefined) return false;
    const sent = (trace.sent ??= new Set());
    const unsent = trace.items.filter((span) => !sent.has(span));
    for (const span of unsent) {
      sent.add(span);
      this.#send(span);
    }
    if (unsent.length > 0) trace.sinceMs = nowMs;
    return unsent.length > 0;
  }

  /** Nobody ends it: lets it go without a verdict. */
  #abandon(trace: Trace): void {
    this.#sendPieces(trace, this.#now());
    this.#book.forget(trace);
    this.#letGo(trace.items);
    this.counts.passTrace('abandoned');
    this.counts.passSpans('abandoned', trace.items.length);
  }

  #send(span: EndedSpan): void {
    if (this.#exporter === undefined) return;
    if ((span.spanContext().traceFlags & sampledFlag) === 0) return;
    if (this.options.redact) redactSpan(span, this.#judge.statements);
    this.#exporter.add(span);
  }

  #statementOf(span: EndedSpan): Statement | undefined {
    return statementOf(span.attributes, this.#judge.statements);
  }

  #internalError(): void {
    this.counts.drop('internal_error', 1);
    this.#trouble('an internal error was swallowed');
  }

  /** Once per episode: an episode ends when the queue has run empty. */
  #trouble(what: string): void {
    if (this.#troubles.has(what)) return;
    this.#troubles.add(what);
    try {
      this.#config.onTrouble?.(what);
    } catch {
      // A listener's own trouble is not ours to spread.
    }
  }
}

const mostRecentTraces = 1000;
const abandonAfterMs = 600_000;
const sampledFlag = 1;
const unknownService = 'unknown_service';

function idOf(span: EndedSpan): string {
  return span.spanContext().spanId;
}

/** An estimate: what a span weighs, and the one text on it that can be long. */
function bytesOf({ attributes }: EndedSpan): number {
  const text = attributes['db.query.text'];
  return typeof text === 'string' ? bytesPerSpan + text.length : bytesPerSpan;
}

function serviceOf({ resource }: EndedSpan): string {
  const name = resource.attributes['service.name'];
  return typeof name === 'string' ? name : unknownService;
}

function total(counts: Partial<Record<string, number>>): number {
  return Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}
