import { ArrivingTraces } from './arriving-traces.ts';
import type { ArrivingTrace, RoomCap, TracePart } from './arriving-traces.ts';
import { Judge } from './judge.ts';
import type { Circumstances, Verdict, WholePart, WholeVerdict } from './judge.ts';
import { Ledger } from './ledger.ts';
import type { Entry, Transport } from './ledger.ts';
import { byLocalRoot, settleLocalRoots } from './local-roots.ts';
import { ATTR_ENDPOINT, ATTR_EVENTS_COUNTED, ATTR_LATE, ATTR_UNJUDGED } from './names.ts';
import { LiveOptions } from './live-options.ts';
import { resolveEngineOptions } from './options.ts';
import { Statistics } from './statistics/statistics.ts';
import type { EngineOptions, ResolvedEngineOptions } from './options.ts';
import type { Report, Span } from './types.ts';

/** Spans that ended up to this much after their root count for it: starts are whole milliseconds. */
const clockStepMs = 1;
const mostRecentTraces = 5000;
/**
 * Without a clock: spans of other traces after which a trace counts as settled. More than the ten
 * requests of 512 spans that a Collector sends at the same time and may put down in any order.
 */
const settleSpans = 6000;

/** Called for every verdict as it is recorded. What they throw comes out of the call that judged. */
export interface AnalyzerHooks {
  readonly onVerdict?: (service: string, verdict: Verdict, entry: Entry) => void;
  /** For traces with several local roots: what they show together. */
  readonly onWhole?: (traceId: string, verdict: WholeVerdict) => void;
}

/** What is remembered of a trace that has been judged, for spans of it that come later. */
interface JudgedTrace {
  /** The cap for which it had to be judged before its time, if one had. */
  readonly gaveWayTo: RoomCap | undefined;
  /** By service: what its local root was called, and until when events counted for it. */
  readonly roots: Map<string, { readonly endpoint: string; readonly countedUntilMs: number }>;
}

/**
 * The engine's door for spans that arrive from elsewhere: OTLP, files, a test. Collects traces over
 * all services, judges each service's part of a trace, and keeps the account.
 *
 * The clock is the caller's, `nowMs` in epoch milliseconds. A running stream gives it everywhere and
 * calls `tick`: a trace is judged when all its local roots have come and it has been quiet for
 * `settleMs`. A file gives it nowhere: then time is what the spans say, and traces are judged at
 * `finish` in the order of their ends, so that neither the order of the spans nor the splitting of
 * the file changes a finding. (Of two spans with one id the one that ends later counts.)
 *
 * Bounded: when `maxOpenTraces` or `maxHeldSpans` is reached, a trace that has been quiet for long
 * is judged, and judged as cut unless it had settled; without its root it is dropped if it had not. What caps cost stands in the report's `dropped.reasons`: under the two caps above the
 * traces that were judged in pieces or dropped; under `maxSpansPerTrace`, `duplicateSpans` and
 * `missingIds` spans; under `missingRoot` parts of traces that were judged without a root.
 */
export class Analyzer {
  readonly #options: ResolvedEngineOptions;
  readonly #hooks: AnalyzerHooks;
  readonly #judge: Judge;
  readonly #ledger: Ledger;
  readonly #arriving: ArrivingTraces;
  readonly #recent = new Map<string, JudgedTrace>();
  readonly #reasons: Record<string, number> = {};
  #droppedTraces = 0;
  #droppedSpans = 0;
  /** Last time the caller gave; undefined where it gives none. */
  #nowMs: number | undefined;
  /** Of all spans, as they say. */
  #startMs = Infinity;
  #endMs = -Infinity;

  /** The account, for programs; limits can be changed there while running. */
  readonly statistics: Statistics;

  constructor(options: EngineOptions, hooks: AnalyzerHooks = {}) {
    this.#options = resolveEngineOptions(options);
    this.#hooks = hooks;
    const live = new LiveOptions(this.#options);
    this.#judge = new Judge(live);
    this.#ledger = new Ledger(live);
    this.statistics = new Statistics(
      this.#ledger,
      live,
      () => this.#nowMs ?? this.#timeOf(this.#endMs),
    );
    this.#arriving = new ArrivingTraces(this.#options, (trace, cap) => this.#giveWay(trace, cap));
  }

  /** Takes ended spans of one service, any traces, any order. */
  add(service: string, spans: readonly Span[], nowMs?: number): void {
    this.#setClock(nowMs);
    for (const span of spans) this.#take(service, span);
  }

  /** Judges the traces that have settled. Call it every now and then. */
  tick(nowMs: number): void {
    this.#setClock(nowMs);
    const { settleMs } = this.#options;
    for (const trace of this.#arriving) {
      const quietMs = nowMs - (trace.lastArrivalMs ?? nowMs);
      if (quietMs < settleMs) continue;
      if (trace.isRooted || quietMs >= 10 * settleMs) this.#close(trace);
    }
  }

  /** Judges all that is held, settled or not. */
  finish(nowMs?: number): void {
    this.#setClock(nowMs);
    for (const trace of [...this.#arriving].sort(byEnd)) this.#close(trace);
  }

  /** The account so far. `transport` is what the door knows; what the engine left out is added. */
  report(nowMs?: number, transport?: Transport): Report {
    const report = this.#ledger.report(nowMs ?? this.#timeOf(this.#endMs), transport);
    const { dropped } = report;
    const ownMs = nowMs === undefined ? Math.max(0, this.#endMs - this.#startMs) : undefined;
    return {
      ...report,
      durationMs: ownMs ?? report.durationMs,
      dropped: {
        spans: dropped.spans + this.#droppedSpans,
        traces: dropped.traces + this.#droppedTraces,
        reasons: { ...dropped.reasons, ...this.#ledger.overflow, ...this.#reasons },
      },
    };
  }

  #setClock(nowMs: number | undefined): void {
    if (nowMs === undefined) return;
    this.#nowMs = nowMs;
    this.#ledger.begin(nowMs);
  }

  #take(service: string, span: Span): void {
    if (span.traceId === '' || span.spanId === '') return this.#dropSpans('missingIds', 1);
    const trace = this.#arriving.arrive(span.traceId, this.#onOpen);
    trace.lastArrivalMs = this.#nowMs;
    const part = trace.partOf(service);
    const isLeftOut = span.attributes[ATTR_UNJUDGED] !== undefined;
    const cap = isLeftOut ? 'unjudged' : this.#arriving.keep(trace, part, span);
    if (cap === undefined) return;
    part.isCut = true;
    this.#dropSpans(cap, 1);
  }

  /** A trace that had to give way goes on: what it was judged by was not all of it. */
  readonly #onOpen = ({ traceId }: ArrivingTrace): void => {
    const cap = this.#recent.get(traceId)?.gaveWayTo;
    if (cap !== undefined) this.#count(cap, 1);
  };

  /** A quiet trace makes room for others. */
  #giveWay(trace: ArrivingTrace, cap: RoomCap): void {
    const isSettled = this.#hasSettled(trace);
    for (const part of trace.parts) part.isCut ||= !isSettled || !part.hasRoot;
    let left = trace.parts;
    if (!isSettled) {
      this.#count(cap, 1);
      left = left.filter(({ hasRoot }) => hasRoot);
      this.#droppedSpans += trace.spanCount;
      for (const { spans } of left) this.#droppedSpans -= spans.length;
      if (left.length === 0) this.#droppedTraces++;
    }
    this.#judgeWhole(trace, left, cap);
  }

  #hasSettled(trace: ArrivingTrace): boolean {
    if (this.#nowMs === undefined) return this.#arriving.quietFor(trace) >= settleSpans;
    return this.#nowMs - (trace.lastArrivalMs ?? this.#nowMs) >= this.#options.settleMs;
  }

  #close(trace: ArrivingTrace): void {
    this.#arriving.take(trace);
    this.#judgeWhole(trace, trace.parts, undefined);
  }

  /**
   * Called once for a trace that is over, with the parts of all its services that are there: each
   * is judged by itself, in the order of the services' names, then all of them together.
   */
  #judgeWhole(
    { traceId, startMs, endMs }: ArrivingTrace,
    parts: readonly TracePart[],
    gaveWayTo: RoomCap | undefined,
  ): void {
    if (startMs < this.#startMs) this.#startMs = startMs;
    if (endMs > this.#endMs) this.#endMs = endMs;
    const before = this.#recent.get(traceId);
    const judged: JudgedTrace = { gaveWayTo, roots: before?.roots ?? new Map() };
    const isRest = before?.gaveWayTo !== undefined;
    const ordered = parts.length > 1 ? [...parts].sort(byService) : parts;
    const unique = ordered.map(({ spans }) => ({ spans: this.#withoutDuplicates(spans) }));
    const settled = settleLocalRoots(unique);
    const timeMs = this.#nowMs ?? this.#timeOf(endMs);
    const whole: WholePart[] = [];
    ordered.forEach(({ service, isCut }, index) => {
      const part = { service, spans: settled[index]!, isCut: isCut || isRest };
      whole.push(...this.#judgePart(part, judged, timeMs));
    });
    if (whole.length > 1) this.#judgeTogether(traceId, whole, timeMs);
    this.#remember(traceId, judged);
  }

  #judgeTogether(traceId: string, parts: readonly WholePart[], timeMs: number): void {
    const verdict = this.#judge.judgeWhole(parts);
    this.#ledger.recordWhole(verdict, timeMs);
    this.#hooks.onWhole?.(traceId, verdict);
  }

  /**
   * One service's part of a trace: each local root with what is under it, then what is late. Gives
   * what belongs to each root.
   */
  #judgePart(
    { service, spans, isCut }: { service: string; spans: readonly Span[]; isCut: boolean },
    { roots }: JudgedTrace,
    timeMs: number,
  ): WholePart[] {
    const judged: WholePart[] = [];
    for (const [root, members] of inOrderOfStart(byLocalRoot(spans))) {
      const { inTime, late } = byTime(root, members);
      let known = roots.get(service);
      if (root !== undefined) {
        const endMs = root.startMs + root.durationMs;
        const open = late.filter((span) => wasOpen(span, root, endMs));
        const { endpoint } = this.#ask(service, root, inTime, { isCut, open }, timeMs);
        judged.push({ service, endpoint, root, spans: inTime, open });
        known = { endpoint, countedUntilMs: endMs + clockStepMs };
        if (!roots.has(service)) roots.set(service, known);
      }
      if (late.length === 0) continue;
      if (known === undefined) this.#count('missingRoot', 1);
      this.#ask(service, undefined, late, { isCut, ...known }, timeMs);
    }
    return judged;
  }

  #ask(
    service: string,
    root: Span | undefined,
    spans: readonly Span[],
    circumstances: Circumstances,
    timeMs: number,
  ): Verdict {
    const baselineOf = (endpoint: string) => this.#ledger.baselineOf(service, endpoint, timeMs);
    const verdict = this.#judge.judge(root, spans, { ...circumstances, baselineOf });
    const entry = this.#ledger.record(service, verdict, timeMs);
    this.#hooks.onVerdict?.(service, verdict, entry);
    return verdict;
  }

  /** A batch that was sent again, because its answer got lost, counts once. */
  #withoutDuplicates(spans: Span[]): Span[] {
    const byId = new Map<string, Span>();
    for (const span of spans) {
      const known = byId.get(span.spanId);
      if (known === undefined || endsAfter(span, known)) byId.set(span.spanId, span);
    }
    const duplicates = spans.length - byId.size;
    if (duplicates === 0) return spans;
    this.#dropSpans('duplicateSpans', duplicates);
    return [...byId.values()];
  }

  #remember(traceId: string, judged: JudgedTrace): void {
    this.#recent.delete(traceId);
    this.#recent.set(traceId, judged);
    if (this.#recent.size <= mostRecentTraces) return;
    const [oldest] = this.#recent.keys();
    this.#recent.delete(oldest!);
  }

  #dropSpans(reason: string, count: number): void {
    this.#droppedSpans += count;
    this.#count(reason, count);
  }

  #count(reason: string, by: number): void {
    this.#reasons[reason] = (this.#reasons[reason] ?? 0) + by;
  }

  /** A time that is one: where spans have none, the last that was. */
  #timeOf(ms: number): number {
    if (Number.isFinite(ms)) return ms;
    return Number.isFinite(this.#endMs) ? this.#endMs : 0;
  }
}

/** A fresh analyzer. Throws a `RangeError` for a bad option. */
export function createAnalyzer(options: EngineOptions = {}, hooks: AnalyzerHooks = {}): Analyzer {
  return new Analyzer(options, hooks);
}

function byEnd(a: ArrivingTrace, b: ArrivingTrace): number {
  return a.endMs < b.endMs ? -1 : a.endMs > b.endMs ? 1 : a.traceId < b.traceId ? -1 : 1;
}

function byService(a: TracePart, b: TracePart): number {
  return a.service < b.service ? -1 : 1;
}

/** Roots in order of start, what is nobody's last. */
function inOrderOfStart(
  members: Map<Span | undefined, readonly Span[]>,
): Iterable<[Span | undefined, readonly Span[]]> {
  if (members.size < 2) return members;
  return [...members].sort(([a], [b]) => {
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    return a.startMs - b.startMs || (a.spanId < b.spanId ? -1 : 1);
  });
}

function endsAfter(a: Span, b: Span): boolean {
  return a.startMs + a.durationMs > b.startMs + b.durationMs;
}

/** A root that was judged in its own process had what was open then marked there; else times say it. */
function wasOpen({ attributes, startMs }: Span, root: Span, endMs: number): boolean {
  if (root.attributes[ATTR_ENDPOINT] !== undefined) {
    return attributes[ATTR_EVENTS_COUNTED] !== undefined;
  }
  return startMs <= endMs;
}

/** Only spans that ended no later than the root count for it; without a root all are late. */
function byTime(
  root: Span | undefined,
  spans: readonly Span[],
): { inTime: readonly Span[]; late: readonly Span[] } {
  if (root === undefined) return { inTime: noSpans, late: spans };
  const untilMs = lastEndOf(root);
  let firstLate = 0;
  while (firstLate < spans.length && isInTime(spans[firstLate]!, root, untilMs)) firstLate++;
  if (firstLate === spans.length) return { inTime: spans, late: noSpans };
  const inTime = spans.slice(0, firstLate);
  const late: Span[] = [];
  for (let at = firstLate; at < spans.length; at++) {
    const span = spans[at]!;
    (isInTime(span, root, untilMs) ? inTime : late).push(span);
  }
  return { inTime, late };
}

const noSpans: readonly Span[] = Object.freeze([]);

/**
 * A root that was judged in its own process had its late children marked there, by what really
 * ended first; only elsewhere do the times have to say it, and clocks are read in steps.
 */
function lastEndOf({ attributes, startMs, durationMs }: Span): number {
  return attributes[ATTR_ENDPOINT] === undefined ? startMs + durationMs + clockStepMs : Infinity;
}

/** Times that are none are late, unless the root was judged. */
function isInTime(span: Span, root: Span, untilMs: number): boolean {
  if (span === root) return true;
  if (span.attributes[ATTR_LATE] === true) return false;
  return untilMs === Infinity || span.startMs + span.durationMs <= untilMs;
}
