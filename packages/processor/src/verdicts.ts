import type { MeterProvider } from '@opentelemetry/api';
import {
  Judge,
  Ledger,
  LiveOptions,
  names,
  Statistics,
  statementOf,
  statementText,
} from '@spandrel/engine';
import type {
  Baseline,
  Finding,
  QueryShape,
  Report,
  Statement,
  Transport,
  Verdict,
} from '@spandrel/engine';
import type { CallNotes, CallSites } from './call-sites.ts';
import type { Episodes } from './episodes.ts';
import { EvidenceSites } from './evidence-sites.ts';
import { swallow } from './guests.ts';
import { isSampled, whyKept } from './keeping.ts';
import { ProcessorMetrics } from './metrics.ts';
import type { ResolvedProcessorOptions } from './options.ts';
import { ParameterHashes } from './parameters/hashes.ts';
import { Privacy } from './privacy/redaction.ts';
import { markMembers, writeVerdict } from './root-attributes.ts';
import { serviceNameOf } from './sdk.ts';
import type { EndedSpan, Writer } from './sdk.ts';
import type { Self } from './self-metrics.ts';
import { SpanView } from './span-view.ts';

/** A finding as it was made, and whether its problem was new to this process. */
export interface FindingEvent {
  readonly finding: Finding;
  readonly service: string;
  readonly isNew: boolean;
}

/** What judging shares with the rest of the processor. */
export interface VerdictSurroundings {
  readonly options: ResolvedProcessorOptions;
  readonly self: Self;
  readonly episodes: Episodes;
  readonly sites: CallSites | undefined;
  readonly onFinding: ((event: FindingEvent) => unknown) | undefined;
  readonly meterProvider: MeterProvider | undefined;
  readonly now: () => number;
}

/** Spans of one local root that has ended. */
export interface EndedRoot {
  readonly span: EndedSpan;
  /** Where the verdict is written. */
  readonly writer: Writer;
  /** Its children that have ended; not changed here, but for the marks on members of findings. */
  readonly children: readonly EndedSpan[];
  /** Its children that have not. */
  readonly open: readonly EndedSpan[];
  /** True when caps kept some of its children out. */
  readonly isCut: boolean;
  readonly calls: CallNotes | undefined;
}

/** What later spans of a judged root need to know. */
export interface JudgedRoot {
  readonly endpoint: string;
  /** Up to here, epoch milliseconds, events have counted for the root. */
  readonly endMs: number;
  /** Sent although the sampler left it out. */
  readonly isKept: boolean;
}

const clientKind = 2;
const unknownService = 'unknown_service';
/** Starts are whole milliseconds, so a child may seem to end this much after its parent. */
const clockStepMs = 1;

/**
 * Asks the engine about the spans of a root and carries its answer everywhere: on to the root and
 * the members of findings, into statistics and metrics, to the listener. What a listener or a
 * meter throws stops here; odd spans may make it throw.
 */
export class Verdicts {
  readonly #judge: Judge;
  readonly #ledger: Ledger;
  readonly #metrics: ProcessorMetrics;
  readonly #hashes: ParameterHashes;
  readonly #sites: EvidenceSites | undefined;
  readonly #around: VerdictSurroundings;
  readonly #live: LiveOptions;
  /** The account, for programs. */
  readonly account: Statistics;
  /** Undefined where nothing is removed from spans. */
  readonly privacy: Privacy | undefined;
  #service: string | undefined;

  constructor(around: VerdictSurroundings) {
    const { options, self, meterProvider } = around;
    this.#around = around;
    this.#live = new LiveOptions(options);
    this.#judge = new Judge(this.#live);
    if (options.redact) this.privacy = new Privacy(options, this.#judge.statements);
    this.#hashes = new ParameterHashes(options.parametersKey, this.#judge.statements);
    if (around.sites !== undefined) {
      this.#sites = new EvidenceSites(around.sites, (span) => this.shapeOf(span));
    }
    this.#ledger = new Ledger(this.#live);
    this.account = new Statistics(this.#ledger, this.#live, around.now);
    this.#ledger.begin(around.now());
    this.#metrics = new ProcessorMetrics(self, options.maxEndpoints, meterProvider);
  }

  /** A first trace has started: what is observed of the processor can be seen from now on. */
  begin(): void {
    this.#guarded(() => this.#metrics.begin());
  }

  recordExport(tookMs: number, failure: string | undefined): void {
    this.#guarded(() => this.#metrics.recordExport(tookMs, failure));
  }

  /** What did not fit into the account, by cap. */
  get overflow(): Readonly<Record<string, number>> {
    return this.#ledger.overflow;
  }

  statementOf({ attributes }: EndedSpan): Statement | undefined {
    return statementOf(attributes, this.#judge.statements);
  }

  shapeOf(span: EndedSpan): QueryShape | undefined {
    return this.statementOf(span)?.shape;
  }

  /**
   * All `children` count for the root: they ended before it, whatever their times say, which come
   * from a clock that may have been set in between.
   */
  judgeRoot({ span, writer, children, open, isCut, calls }: EndedRoot): JudgedRoot {
    this.#sites?.write(span, children, calls, this.#live.current);
    if (this.#around.options.hashAllParameters) this.hashParameters(children);
    else if (calls !== undefined && (calls.queries.hasRepeats || calls.queries.hasInlineValues)) {
      this.#hashes.write(children, (shape) => calls.queries.countOf(shape) >= 2);
    }
    const root = new SpanView(span, this.#nameOf(span));
    const views = children.map((child) => new SpanView(child));
    views.push(root);
    const openViews = open.map(openView);
    const baselineOf = this.#baselineOf;
    const verdict = this.#judge.judge(root, views, { isCut, open: openViews, baselineOf });
    writeVerdict(writer, verdict);
    const isKept = this.#isKept(span, verdict, writer);
    this.#around.self.counts.judgedTraces++;
    this.#around.self.counts.judgedSpans += children.length + 1;
    this.#publish(span, verdict, children);
    const endMs = root.startMs + root.durationMs + clockStepMs;
    return { endpoint: verdict.endpoint, endMs, isKept };
  }

  #isKept(root: EndedSpan, verdict: Verdict, writer: Writer): boolean {
    const { keep } = this.#around.options;
    if (keep.length === 0 || isSampled(root)) return false;
    const why = whyKept(keep, verdict, root);
    if (why !== null) writer.setAttribute(names.ATTR_KEPT, why);
    return why !== null;
  }

  /** On a call that has just ended: what its query string or key, which will not leave, tells. */
  noteHidden(span: EndedSpan): void {
    this.#hashes.writeHidden(span);
  }

  /** Of queries that leave before their trace is judged, or are few: on all of them. */
  hashParameters(spans: Iterable<EndedSpan>): void {
    this.#hashes.write(spans, () => true);
  }

  /** Late children, at least one; they have no root on which a verdict could be written. */
  judgeLate(spans: readonly EndedSpan[], root: JudgedRoot | undefined): void {
    this.hashParameters(spans);
    const views = spans.map((span) => new SpanView(span));
    this.#around.self.counts.judgedSpans += spans.length;
    const circumstances = { endpoint: root?.endpoint, countedUntilMs: root?.endMs };
    this.#publish(spans[0]!, this.#judge.judge(undefined, views, circumstances), spans);
  }

  report(transport: Transport): Report {
    const { reasons } = transport.dropped;
    return this.#ledger.report(this.#around.now(), {
      ...transport,
      dropped: { ...transport.dropped, reasons: { ...reasons, ...this.#ledger.overflow } },
    });
  }

  readonly #baselineOf = (endpoint: string): Baseline | null =>
    this.#ledger.baselineOf(this.#service ?? unknownService, endpoint, this.#around.now());

  /** Roots that are calls themselves may carry data in their name, and lend it to their endpoint. */
  #nameOf(root: EndedSpan): string {
    const isPlain = root.kind !== clientKind && statementText(root.attributes) === undefined;
    return isPlain ? root.name : (this.privacy?.safeNameOf(root) ?? root.name);
  }

  /** `span` is the root, or of late children the first. */
  #publish(span: EndedSpan, verdict: Verdict, children: readonly EndedSpan[]): void {
    this.#service ??= serviceNameOf(span.resource);
    const service = this.#service ?? unknownService;
    const { firstSeen, findings } = this.#ledger.record(service, verdict, this.#around.now());
    // What only many traces show is told like the rest, but is no fact about this root.
    const all = findings.length === 0 ? verdict.findings : [...verdict.findings, ...findings];
    const measured = all === verdict.findings ? verdict : { ...verdict, findings: all };
    this.#guarded(() => this.#metrics.record(measured));
    if (all.length === 0) return;
    markMembers(verdict.findings, children);
    this.#tell(service, all, firstSeen);
    if (verdict.hasRoot) this.#sites?.hunt(span, verdict.findings, children);
  }

  /** Meters are foreign code. */
  #guarded(measure: () => unknown): void {
    try {
      measure();
    } catch {
      this.#around.episodes.tell('metrics', 'the meter provider threw');
    }
  }

  #tell(service: string, findings: readonly Finding[], firstSeen: ReadonlySet<string>): void {
    const { onFinding, episodes } = this.#around;
    if (onFinding === undefined) return;
    for (const finding of findings) {
      try {
        swallow(onFinding({ finding, service, isNew: firstSeen.has(finding.fingerprint) }));
      } catch {
        episodes.tell('on_finding', 'a listener for findings threw');
      }
    }
  }
}

/** Who reads it elsewhere is told that it was open, and what it held. */
function openView(span: EndedSpan): SpanView {
  (span.attributes as Record<string, unknown>)[names.ATTR_EVENTS_COUNTED] = span.events.length;
  return new SpanView(span);
}
