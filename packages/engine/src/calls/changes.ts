import type { Query } from '../database.ts';
import { groupBy } from '../group-by.ts';
import type { QueryShape, Statement } from '../sql/statement.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';
import { transactionBordersOf } from './borders.ts';
import { startedBy } from './started-by.ts';

/** For reads of a shape: whether something may have changed between two of them. */
export type Changes = (shape: QueryShape) => (earlier: Span, later: Span) => boolean;

/**
 * What may change the answer of a read in a trace: a write to one of its tables by anybody, a call
 * that names no table, a text that was cut off, and the start or end of a transaction under the
 * parent of either read. In doubt, which the clock's step leaves, it has changed.
 * Cost: once n log n, then log n a question.
 */
export function changesOf(trace: Trace): Changes {
  const writes = inOrderOfStart(trace.queries.filter(mayWrite));
  const borders = groupBy(transactionBordersOf(trace), ({ span }) => span.parentSpanId);
  const bordersOf = new Map([...borders].map(([parent, same]) => [parent, new Intervals(same)]));
  const known = new Map<QueryShape, Intervals>();
  return (shape) => {
    let own = known.get(shape);
    if (own === undefined) {
      known.set(shape, (own = new Intervals(writes.filter((write) => mayChange(write, shape)))));
    }
    return (earlier, later) => {
      const untilMs = Math.max(later.startMs + clockStepMs, endOf(later) - clockStepMs);
      if (own.has(earlier.startMs, untilMs)) return true;
      return [earlier.parentSpanId, later.parentSpanId].some((parent) =>
        bordersOf.get(parent)?.has(endOf(earlier) - clockStepMs, later.startMs + clockStepMs),
      );
    };
  };
}

/** Starts are whole milliseconds in Node.js: what overlaps by less may have been one after another. */
const clockStepMs = 1;

function mayWrite({ statement }: Query): boolean {
  return statement.shape.writes.length > 0 || mayWriteAnything(statement);
}

/** Calls of procedures and functions, what else names no table, and texts that were cut off. */
function mayWriteAnything({ shape, isCut }: Statement): boolean {
  const { operation, reads, writes } = shape;
  if (writes.length === 0 && reads.length === 0) return true;
  return isCut && operation !== 'SELECT';
}

function mayChange({ statement }: Query, read: QueryShape): boolean {
  return mayWriteAnything(statement) || writesTo(statement.shape, read);
}

/** Whether one writes to a table that the other reads; one of them may name the schema, too. */
export function writesTo({ writes }: QueryShape, { reads }: QueryShape): boolean {
  return writes.some((table) => reads.some((other) => bareName(table) === bareName(other)));
}

function bareName(table: string): string {
  return table.slice(table.lastIndexOf('.') + 1);
}

/** Calls in order of start, asked for one that touches a stretch of time. Asking costs log n. */
class Intervals {
  readonly #calls: readonly { readonly span: Span }[];
  /** The latest end up to each. */
  readonly #endsMs: readonly number[];

  constructor(calls: readonly { readonly span: Span }[]) {
    let untilMs = -Infinity;
    this.#calls = calls;
    this.#endsMs = calls.map(({ span }) => (untilMs = Math.max(untilMs, endOf(span))));
  }

  /** Whether one starts by `untilMs` and ends after `fromMs`. */
  has(fromMs: number, untilMs: number): boolean {
    const count = startedBy(this.#calls, untilMs);
    return count > 0 && this.#endsMs[count - 1]! > fromMs;
  }
}

function endOf({ startMs, durationMs }: Span): number {
  return startMs + durationMs;
}
