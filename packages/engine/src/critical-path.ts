import { timingOf } from './intervals.ts';
import type { Timing } from './intervals.ts';
import type { Trace } from './trace.ts';
import type { Span } from './types.ts';

/** A stretch of the root's time and the span that it was spent in. Epoch milliseconds. */
export interface PathPiece {
  readonly span: Span;
  readonly startMs: number;
  readonly endMs: number;
}

/** Starts are whole milliseconds in Node.js, so a child may seem to start up to 1 ms early. */
const clockStepMs = 1;

/**
 * Where the root's time went: walking back from its end, always into the child that ended last,
 * whatever ran beside it. Pieces come latest first and do not overlap; times in no child belong to
 * the parent. Empty without a root, and for spans whose times are no numbers.
 *
 * Method: critical path over blocking children, as in CRISP (Uber, USENIX ATC 2022).
 * Cost: n log n in the spans, once a trace and only when a rule asks.
 */
export function criticalPathOf(trace: Trace): PathPiece[] {
  const { root } = trace;
  if (root === undefined) return [];
  const children = childrenByEnd(trace);
  const pieces: PathPiece[] = [];
  // A stack of its own, because traces may be deeper than the engine's.
  const open: { span: Span; children: Span[]; atMs: number; fromMs: number }[] = [];
  const enter = (span: Span, untilMs: number, fromMs: number): void => {
    open.push({
      span,
      children: children.get(span) ?? [],
      atMs: Math.min(untilMs, endOf(span)),
      fromMs: Math.max(fromMs, span.startMs),
    });
  };
  enter(root, Infinity, -Infinity);
  while (open.length > 0) {
    const frame = open.at(-1)!;
    const child = frame.children.pop();
    if (child === undefined) {
      if (frame.atMs > frame.fromMs) {
        pieces.push({ span: frame.span, startMs: frame.fromMs, endMs: frame.atMs });
      }
      open.pop();
      continue;
    }
    const endMs = endOf(child);
    // It ended after what is being walked began: it ran beside it and nobody waited for it.
    const waitedFor = endMs <= frame.atMs + clockStepMs && endMs > frame.fromMs;
    if (!waitedFor) continue;
    const untilMs = Math.min(endMs, frame.atMs);
    if (frame.atMs > untilMs) {
      pieces.push({ span: frame.span, startMs: untilMs, endMs: frame.atMs });
    }
    frame.atMs = Math.max(frame.fromMs, Math.min(untilMs, child.startMs));
    enter(child, untilMs, frame.fromMs);
  }
  return pieces;
}

/** Children of each span, the one that ended last at the end. */
function childrenByEnd(trace: Trace): Map<Span, Span[]> {
  const children = new Map<Span, Span[]>();
  for (const span of trace.spans) {
    if (span === trace.root || !Number.isFinite(endOf(span))) continue;
    const parent = trace.parentOf(span) ?? trace.root!;
    if (parent === span || trace.twins.has(span)) continue;
    const list = children.get(parent);
    if (list === undefined) children.set(parent, [span]);
    else list.push(span);
  }
  for (const list of children.values()) list.sort(byEnd);
  return children;
}

function byEnd(a: Span, b: Span): number {
  return endOf(a) - endOf(b) || a.startMs - b.startMs || (a.spanId < b.spanId ? -1 : 1);
}

function endOf({ startMs, durationMs }: Span): number {
  return startMs + durationMs;
}

/**
 * How much of the wall time of `members` nobody waited for, because the critical path ran through
 * other work at that time. Their ancestors are no other work. Overlaps of up to the clock's step are
 * taken for its rounding. 0 without a critical path. Cost: log of the pieces for each member, and
 * the pieces that it overlaps.
 */
export function shadowedMs(trace: Trace, members: readonly Span[]): number {
  const pieces = trace.criticalPath;
  if (pieces.length === 0) return 0;
  const own = new Set<Span>(members);
  for (const member of members) {
    let above = trace.parentOf(member);
    for (; above !== undefined && !own.has(above); above = trace.parentOf(above)) own.add(above);
  }
  let shadow = 0;
  for (const stretch of unionOf(members)) {
    for (let at = firstBefore(pieces, stretch.endMs); at < pieces.length; at++) {
      const { span, startMs, endMs } = pieces[at]!;
      if (endMs <= stretch.startMs) break;
      const overlap = Math.min(endMs, stretch.endMs) - Math.max(startMs, stretch.startMs);
      if (overlap > clockStepMs && !own.has(span)) shadow += overlap;
    }
  }
  return shadow;
}

/** The latest piece that began before a time; pieces come latest first. Cost: log n. */
function firstBefore(pieces: readonly PathPiece[], timeMs: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pieces[middle]!.startMs < timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The stretches in which at least one of `spans` ran, in order of time. */
function unionOf(spans: readonly Span[]): { startMs: number; endMs: number }[] {
  const sorted = [...spans].sort((a, b) => a.startMs - b.startMs);
  const union: { startMs: number; endMs: number }[] = [];
  for (const span of sorted) {
    const last = union.at(-1);
    if (last === undefined || span.startMs > last.endMs) {
      union.push({ startMs: span.startMs, endMs: endOf(span) });
    } else {
      last.endMs = Math.max(last.endMs, endOf(span));
    }
  }
  return union;
}

/** `timingOf`, with only the wall time that the trace waited for as cost. */
export function timingOnPath(trace: Trace, spans: readonly Span[]): Timing {
  const timing = timingOf(spans);
  const costMs = Math.max(0, timing.costMs - shadowedMs(trace, spans));
  return { ...timing, costMs };
}
