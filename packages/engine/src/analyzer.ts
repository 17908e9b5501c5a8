import { ATTR_ENDPOINT, ATTR_LATE } from './names.ts';
import { Judge } from './judge.ts';
import { Ledger } from './ledger.ts';
import type { Transport } from './ledger.ts';
import { resolveEngineOptions } from './options.ts';
import type { EngineOptions, ResolvedEngineOptions } from './options.ts';
import type { Report, Span } from './types.ts';

/** Spans that ended up to this much after their root count for it: starts are whole milliseconds. */
const clockStepMs = 1;
const mostRecentTraces = 5000;

interface OpenTrace {
  readonly service: string;
  readonly spans: Span[];
  lastArrivalMs: number;
  isCut: boolean;
}

/**
 * The engine's door for spans that arrive from elsewhere: OTLP, files, a test. Collects each
 * service's part of a trace, judges it when its local root has come and it has been quiet for
 * `settleMs`, and keeps the account. The clock is the caller's: `nowMs` is epoch milliseconds.
 *
 * Bounded like the processor: what is over a cap is not judged, and counted in the report.
 */
export class Analyzer {
  readonly #options: ResolvedEngineOptions;
  readonly #judge: Judge;
  readonly #ledger: Ledger;
  readonly #open = new Map<string, OpenTrace>();
  /** Traces judged a moment ago, for spans of theirs that come later. */
  readonly #recent = new Map<string, { endpoint: string; endMs: number }>();
  #droppedTraces = 0;
  #droppedSpans = 0;
  #cutSpans = 0;
  #duplicateSpans = 0;

  constructor(options: EngineOptions) {
    this.#options = resolveEngineOptions(options);
    this.#judge = new Judge(this.#options);
    this.#ledger = new Ledger(this.#options);
  }

  /** Takes ended spans of one service, any traces, any order. */
  add(service: string, spans: readonly Span[], nowMs: number): void {
    this.#ledger.begin(nowMs);
    for (const span of spans) this.#take(service, span, nowMs);
  }

  /** Judges the traces that have settled. Call it every now and then. */
  tick(nowMs: number): void {
    this.#ledger.begin(nowMs);
    for (const [key, trace] of this.#open) {
      const quietMs = nowMs - trace.lastArrivalMs;
      const hasRoot =
        quietMs >= this.#options.settleMs && trace.spans.some((span) => span.isLocalRoot);
      if (hasRoot || quietMs >= 10 * this.#options.settleMs) this.#close(key, trace, nowMs);
    }
  }

  /** Judges all that is held, settled or not. */
  finish(nowMs: number): void {
    for (const [key, trace] of this.#open) this.#close(key, trace, nowMs);
  }

  /** The account so far. `transport` is what the door knows; what the engine left out is added. */
  report(nowMs: number, transport?: Transport): Report {
    const report = this.#ledger.report(nowMs, transport);
    const { dropped } = report;
    const reasons = { ...dropped.reasons, ...this.#ledger.overflow };
    if (this.#droppedTraces > 0) reasons['maxOpenTraces'] = this.#droppedTraces;
    if (this.#cutSpans > 0) reasons['maxSpansPerTrace'] = this.#cutSpans;
    if (this.#duplicateSpans > 0) reasons['duplicateSpans'] = this.#duplicateSpans;
    return {
      ...report,
      dropped: {
        spans: dropped.spans + this.#droppedSpans,
        traces: dropped.traces + this.#droppedTraces,
        reasons,
      },
    };
  }

  #take(service: string, span: Span, nowMs: number): void {
    const key = `${service}\u0000${span.traceId}`;
    let trace = this.#open.get(key);
    if (trace === undefined) {
      if (this.#open.size >= this.#options.maxOpenTraces) {
        if (span.isLocalRoot) this.#droppedTraces++;
        this.#droppedSpans++;
        return;
      }
      trace = { service, spans: [], lastArrivalMs: nowMs, isCut: false };
      this.#open.set(key, trace);
    }
    trace.lastArrivalMs = nowMs;
    if (trace.spans.length >= this.#options.maxSpansPerTrace) {
      trace.isCut = true;
      this.#cutSpans++;
      this.#droppedSpans++;
      return;
    }
    trace.spans.push(span);
  }

  #close(key: string, { service, spans: arrived, isCut }: OpenTrace, nowMs: number): void {
    this.#open.delete(key);
    const spans = this.#withoutDuplicates(arrived);
    for (const [root, members] of byLocalRoot(spans)) {
      const { inTime, late } = byTime(root, members);
      if (root !== undefined) {
        const endMs = root.startMs + root.durationMs;
        const open = late.filter(({ startMs }) => startMs <= endMs);
        const verdict = this.#judge.judge(root, inTime, { isCut, open });
        this.#ledger.record(service, verdict, nowMs);
        this.#remember(key, { endpoint: verdict.endpoint, endMs: endMs + clockStepMs });
      }
      if (late.length > 0) {
        const { endpoint, endMs: countedUntilMs } = this.#recent.get(key) ?? {};
        const verdict = this.#judge.judge(undefined, late, { isCut, endpoint, countedUntilMs });
        this.#ledger.record(service, verdict, nowMs);
      }
    }
  }

  /** A batch that was sent again, because its answer got lost, counts once. */
  #withoutDuplicates(spans: readonly Span[]): readonly Span[] {
    const byId = new Map<string, Span>();
    for (const span of spans) if (!byId.has(span.spanId)) byId.set(span.spanId, span);
    const duplicates = spans.length - byId.size;
    if (duplicates === 0) return spans;
    this.#duplicateSpans += duplicates;
    this.#droppedSpans += duplicates;
    return [...byId.values()];
  }

  #remember(key: string, judged: { endpoint: string; endMs: number }): void {
    this.#recent.set(key, judged);
    if (this.#recent.size <= mostRecentTraces) return;
    const [oldest] = this.#recent.keys();
    this.#recent.delete(oldest!);
  }
}

/** A fresh analyzer. Throws a `RangeError` for a bad option. */
export function createAnalyzer(options: EngineOptions = {}): Analyzer {
  return new Analyzer(options);
}

/** Only spans that ended no later than the root count for it; without a root all are late. */
function byTime(root: Span | undefined, spans: readonly Span[]): { inTime: Span[]; late: Span[] } {
  const inTime: Span[] = [];
  const late: Span[] = [];
  for (const span of spans) (root !== undefined && isInTime(span, root) ? inTime : late).push(span);
  return { inTime, late };
}

/**
 * A root that was judged in its own process had its late children marked there, by what really
 * ended first; only elsewhere do the times have to say it, and clocks are read in steps.
 */
function isInTime(span: Span, root: Span): boolean {
  if (span.attributes[ATTR_LATE] === true) return false;
  if (root.attributes[ATTR_ENDPOINT] !== undefined) return true;
  return span.startMs + span.durationMs <= root.startMs + root.durationMs + clockStepMs;
}

/** Every span under the nearest local root above it; under undefined when none arrived. */
function byLocalRoot(spans: readonly Span[]): Map<Span | undefined, Span[]> {
  const roots = spans.filter((span) => span.isLocalRoot);
  if (roots.length <= 1) return new Map([[roots[0], [...spans]]]);
  const rootOf = rootFinder(spans);
  const parts = new Map<Span | undefined, Span[]>(roots.map((root) => [root, []]));
  for (const span of spans) {
    const root = rootOf(span);
    const part = parts.get(root);
    if (part === undefined) parts.set(root, [span]);
    else part.push(span);
  }
  return parts;
}

/** Finds the local root above a span; every span is walked over once. */
function rootFinder(spans: readonly Span[]): (span: Span) => Span | undefined {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const known = new Map<Span, Span | undefined>();
  return (span) => {
    const path: Span[] = [];
    let above: Span | undefined = span;
    while (above !== undefined && !above.isLocalRoot && !known.has(above)) {
      known.set(above, undefined);
      path.push(above);
      above = above.parentSpanId === undefined ? undefined : byId.get(above.parentSpanId);
    }
    const root = above?.isLocalRoot === true ? above : above && known.get(above);
    for (const passed of path) known.set(passed, root);
    return root;
  };
}
