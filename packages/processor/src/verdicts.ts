import type { MeterProvider } from '@opentelemetry/api';
import { Judge, Ledger, statementOf, statementText } from '@spandrel/engine';
import type {
  EndpointReport,
  Finding,
  QueryShape,
  Report,
  Statements,
  Transport,
  Verdict,
} from '@spandrel/engine';
import type { CallSites, SiteNotes } from './call-sites.ts';
import type { Episodes } from './episodes.ts';
import { swallow } from './guests.ts';
import { ProcessorMetrics } from './metrics.ts';
import type { SelfGauges } from './metrics.ts';
import type { ResolvedProcessorOptions } from './options.ts';
import { safeNameOf } from './redaction.ts';
import { markMembers, writeVerdict } from './root-attributes.ts';
import { millisecondsOf, serviceNameOf } from './sdk.ts';
import type { EndedSpan, Writer } from './sdk.ts';
import type { SelfCounts } from './self-counts.ts';
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
  readonly counts: SelfCounts;
  readonly gauges: SelfGauges;
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
  readonly sites: SiteNotes | undefined;
}

/** What later spans of a judged root need to know. */
export interface JudgedRoot {
  readonly endpoint: string;
  /** Up to here, epoch milliseconds, events have counted for the root. */
  readonly endMs: number;
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
  readonly #around: VerdictSurroundings;
  #service: string | undefined;

  constructor(around: VerdictSurroundings) {
    const { options, counts, gauges, meterProvider } = around;
    this.#around = around;
    this.#judge = new Judge(options);
    this.#ledger = new Ledger(options);
    this.#ledger.begin(around.now());
    this.#metrics = new ProcessorMetrics(counts, gauges, options.maxEndpoints, meterProvider);
  }

  /** A first trace has started: what is observed of the processor can be seen from now on. */
  begin(): void {
    this.#guarded(() => this.#metrics.begin());
  }

  get statements(): Statements {
    return this.#judge.statements;
  }

  shapeOf({ attributes }: EndedSpan): QueryShape | undefined {
    return statementOf(attributes, this.#judge.statements)?.shape;
  }

  /**
   * All `children` count for the root: they ended before it, whatever their times say, which come
   * from a clock that may have been set in between.
   */
  judgeRoot({ span, writer, children, open, isCut, sites }: EndedRoot): JudgedRoot {
    if (sites !== undefined && sites.captures.size > 0) this.#writeSites(sites, children);
    const root = new SpanView(span, this.#nameOf(span));
    const views = children.map((child) => new SpanView(child));
    views.push(root);
    const openViews = open.map((child) => new SpanView(child));
    const verdict = this.#judge.judge(root, views, { isCut, open: openViews });
    writeVerdict(writer, verdict);
    this.#publish(span, verdict, children);
    const endMs = root.startMs + root.durationMs + clockStepMs;
    return { endpoint: verdict.endpoint, endMs };
  }

  /** Late children, at least one; they have no root on which a verdict could be written. */
  judgeLate(spans: readonly EndedSpan[], root: JudgedRoot | undefined): void {
    const views = spans.map((span) => new SpanView(span));
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

  statistics(endpoint: string): EndpointReport | undefined {
    return this.#ledger.quantiles(this.#service ?? unknownService, endpoint, this.#around.now());
  }

  /** Roots that are calls themselves may carry data in their name, and lend it to their endpoint. */
  #nameOf(root: EndedSpan): string {
    const isPlain = root.kind !== clientKind && statementText(root.attributes) === undefined;
    return isPlain || !this.#around.options.redact ? root.name : safeNameOf(root, this.statements);
  }

  /** Stacks are read only for queries that can become evidence. */
  #writeSites(notes: SiteNotes, children: readonly EndedSpan[]): void {
    for (const span of children) {
      const { spanId } = span.spanContext();
      if (!notes.captures.has(spanId)) continue;
      const shape = this.shapeOf(span);
      if (shape !== undefined && this.#isEvidence(span, notes.shapes.countOf(shape))) {
        const hasSite = this.#around.sites?.write(span, notes) === true;
        if (hasSite) this.#around.sites?.found(shape);
      }
      notes.captures.delete(spanId);
    }
  }

  #isEvidence({ duration }: EndedSpan, repeats: number): boolean {
    const { minRepeats, slowQueryMs } = this.#around.options;
    return repeats >= minRepeats || millisecondsOf(duration) >= slowQueryMs;
  }

  #publish({ resource }: EndedSpan, verdict: Verdict, children: readonly EndedSpan[]): void {
    this.#service ??= serviceNameOf(resource);
    const service = this.#service ?? unknownService;
    const { firstSeen } = this.#ledger.record(service, verdict, this.#around.now());
    this.#guarded(() => this.#metrics.record(verdict));
    if (verdict.findings.length === 0) return;
    markMembers(verdict.findings, children);
    this.#tell(service, verdict.findings, firstSeen);
    this.#huntSites(verdict.findings, children);
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

  #huntSites(findings: readonly Finding[], children: readonly EndedSpan[]): void {
    for (const { rule, callSite, spanIds } of findings) {
      if (rule !== 'slow-query' || callSite !== null) continue;
      const span = children.find((child) => child.spanContext().spanId === spanIds[0]);
      const shape = span === undefined ? undefined : this.shapeOf(span);
      if (shape !== undefined) this.#around.sites?.hunt(shape);
    }
  }
}
