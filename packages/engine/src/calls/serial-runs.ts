import { databaseSystem } from '../database.ts';
import type { Query } from '../database.ts';
import { groupBy } from '../group-by.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';
import { acquiresOf } from './acquires.ts';
import { hasFailed } from './attempts.ts';
import { transactionBordersOf } from './borders.ts';
import { nearestAbove } from './nearest-above.ts';
import { startedBy } from './started-by.ts';

/** Starts are whole milliseconds in Node.js, so a call may seem to start up to 1 ms early. */
const clockStepMs = 1;
/** Between two awaits a program does little; what takes longer is work that belongs in between. */
const leastGapMs = 2;

/**
 * Rows of reads under one parent, each started soon after the one before it had ended: the next
 * comes within the time of the longer of the two, or within two milliseconds. A write, a failure,
 * or anything in a transaction, whose connection does one thing at a time, ends a row. In order of
 * start; only rows of at least `least`.
 */
export function serialRunsOf(trace: Trace, least: number): Query[][] {
  if (trace.queries.length < least) return [];
  const isInTransaction = transactionsIn(trace);
  const runs: Query[][] = [];
  // Who awaits a query is its parent, or what stands above an ORM's own span.
  const callerOf = nearestAbove(
    trace,
    ({ attributes }) => databaseSystem(attributes) === undefined,
  );
  for (const queries of groupBy(trace.queries, ({ span }) => callerOf(span)).values()) {
    if (queries.length < least) continue;
    const acquires = acquireStarts(trace, queries);
    let run: Query[] = [];
    for (const query of inOrderOfStart(queries)) {
      const last = run.at(-1);
      const canJoin = isPlainRead(query) && !isInTransaction(query.span);
      const isNext = last === undefined || followsSoon(query.span, last.span, acquires);
      if (!canJoin || !isNext) {
        runs.push(run);
        run = [];
      }
      if (canJoin) run.push(query);
    }
    runs.push(run);
  }
  return runs.filter(({ length }) => length >= least);
}

function isPlainRead({ span, statement }: Query): boolean {
  const { writes, locks, operation } = statement.shape;
  return writes.length === 0 && !locks && operation !== 'FETCH' && !hasFailed(span);
}

/**
 * When a connection was asked for, by the time from which it was there, of the waits beside these
 * queries: queries that ask together and get one connection after another do not wait for each
 * other, but for the pool.
 */
function acquireStarts(trace: Trace, queries: readonly Query[]): readonly AcquireTimes[] {
  const parents = new Set(queries.map(({ span }) => span.parentSpanId));
  return acquiresOf(trace)
    .filter(({ span }) => parents.has(span.parentSpanId))
    .map(({ span }) => ({ askedMs: span.startMs, thereMs: span.startMs + span.durationMs }));
}

interface AcquireTimes {
  readonly askedMs: number;
  readonly thereMs: number;
}

/** The start of the wait for a connection that ended when the query began, else the query's own. */
function askedAt({ startMs }: Span, acquires: readonly AcquireTimes[]): number {
  let askedMs = startMs;
  for (const one of acquires) {
    if (Math.abs(one.thereMs - startMs) <= clockStepMs) askedMs = Math.min(askedMs, one.askedMs);
  }
  return askedMs;
}

function followsSoon(later: Span, earlier: Span, acquires: readonly AcquireTimes[]): boolean {
  const earlierEndMs = earlier.startMs + earlier.durationMs;
  if (askedAt(later, acquires) < earlierEndMs - clockStepMs) return false;
  const gapMs = later.startMs - earlierEndMs;
  const longest = Math.max(leastGapMs, earlier.durationMs, later.durationMs);
  return gapMs >= -clockStepMs && gapMs <= longest;
}

/** Whether more transactions had begun than ended when a span started, wherever in the trace. */
function transactionsIn(trace: Trace): (span: Span) => boolean {
  const borders = transactionBordersOf(trace);
  if (borders.length === 0) return () => false;
  let open = 0;
  const openAfter = borders.map(({ opens }) => (open = Math.max(0, open + (opens ? 1 : -1))));
  return ({ startMs }) => (openAfter[startedBy(borders, startMs) - 1] ?? 0) > 0;
}
