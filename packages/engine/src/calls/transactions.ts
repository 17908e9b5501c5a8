import type { Query } from '../database.ts';
import { groupBy } from '../group-by.ts';
import { onceATrace } from '../once-a-trace.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';
import { remoteCallsOf } from './remote.ts';
import type { RemoteCall } from './remote.ts';
import { targetOf } from './target.ts';

/** A transaction as its spans show it. Times are epoch milliseconds. */
export interface Transaction {
  readonly begin: Query;
  readonly end: Query;
  /** Where BEGIN had ended: from then on it is open. */
  readonly openMs: number;
  /** Where COMMIT or ROLLBACK began. */
  readonly closeMs: number;
  /** What ran in it, controls such as SAVEPOINT among them; in no order. */
  readonly queries: readonly Query[];
  /** Calls to other processes while it was open, below the same parent; in no order. */
  readonly remoteCalls: readonly RemoteCall[];
}

/** Starts are whole milliseconds in Node.js, so a call may seem to start up to 1 ms early. */
const clockStepMs = 1;

/**
 * Transactions whose BEGIN and COMMIT (or ROLLBACK) stand under one parent and speak to one
 * database, with what started and ended in them below that parent.
 *
 * Spans do not name their connection. So where two are open at once under one parent, nothing
 * tells whose COMMIT it is, and none of them is given; nor is one without an end, whose COMMIT may
 * be on a span that was lost or is late. Savepoints open nothing. An ORM's span over the driver's
 * is one statement; the outer one counts, because the inner ones have different parents.
 * Cost: linear in the spans times their depth, once a trace and only where something begins and ends.
 */
export function transactionsOf(trace: Trace): readonly Transaction[] {
  if (trace.controls.length < 2) return [];
  return readOnce(trace);
}

const readOnce = onceATrace(readTransactions);

function readTransactions(trace: Trace): readonly Transaction[] {
  const steps = trace.controls.flatMap((query) => stepOf(query) ?? []);
  if (steps.length < 2) return [];
  const spans = new Set(steps.map(({ span }) => span));
  const outermost = steps.filter(({ span }) => {
    const parent = trace.parentOf(span);
    return parent === undefined || !spans.has(parent);
  });
  const places = groupBy(
    outermost,
    ({ span }) => `${span.parentSpanId ?? ''}\u0000${targetOf(span)}`,
  );
  const pairs = [...places.values()].map(pairsOf).filter(({ length }) => length > 0);
  if (pairs.length > 0) fill(trace, pairs);
  return pairs.flat().sort((a, b) => a.openMs - b.openMs || byId(a, b));
}

interface Step {
  readonly span: Span;
  readonly query: Query;
  readonly opens: boolean;
}

/** Undefined for savepoints, for what is no transaction, and where one text opens and closes it. */
function stepOf(query: Query): Step | undefined {
  const { kind, text } = query.statement.shape;
  if (kind !== 'transaction') return undefined;
  const { span } = query;
  if (opening.test(text)) {
    return wholeTransaction.test(text) ? undefined : { span, query, opens: true };
  }
  return closing.test(text) && !elsewhere.test(text) ? { span, query, opens: false } : undefined;
}

const opening = /^(?:begin|start transaction)\b/;
const closing = /^(?:commit|end|rollback|abort|prepare transaction)\b/;
/** Back to a savepoint, or the second half of a prepared transaction. */
const elsewhere = /^rollback (?:work |transaction |tran )?to\b|^(?:commit|rollback) prepared\b/;
const wholeTransaction = /;.*\b(?:commit|end|rollback|abort)\b/s;

/** A transaction while it is being filled. */
interface Filling extends Transaction {
  readonly queries: Query[];
  readonly remoteCalls: RemoteCall[];
}

/** In order of time, and never two open at once. */
function pairsOf(steps: Step[]): Filling[] {
  const pairs: Filling[] = [];
  let open: Step[] = [];
  let isAmbiguous = false;
  for (const step of inOrderOfEvents(steps)) {
    if (step.opens) {
      open.push(step);
      isAmbiguous ||= open.length > 1;
      continue;
    }
    const begin = open.pop();
    if (begin === undefined) continue;
    if (!isAmbiguous) pairs.push(transactionOf(begin, step));
    if (open.length === 0) isAmbiguous = false;
  }
  return pairs;
}

/**
 * In order of start. Where starts are equal, which the clock's whole milliseconds make frequent,
 * what fits comes first: an end while one is open, else a BEGIN.
 */
function inOrderOfEvents(steps: Step[]): Step[] {
  const ordered = inOrderOfStart(steps);
  let isOpen = false;
  for (let at = 0; at < ordered.length; at++) {
    const { startMs } = ordered[at]!.span;
    for (let n = at; n < ordered.length && ordered[n]!.span.startMs === startMs; n++) {
      const fits = ordered[n]!;
      if (fits.opens === isOpen) continue;
      ordered.copyWithin(at + 1, at, n);
      ordered[at] = fits;
      break;
    }
    isOpen = ordered[at]!.opens;
  }
  return ordered;
}

function transactionOf({ span, query }: Step, end: Step): Filling {
  const openMs = span.startMs + span.durationMs;
  const closeMs = Math.max(openMs, end.span.startMs);
  return { begin: query, end: end.query, openMs, closeMs, queries: [], remoteCalls: [] };
}

function byId({ begin: { span: a } }: Transaction, { begin: { span: b } }: Transaction): number {
  return a.spanId < b.spanId ? -1 : 1;
}

/** Gives each transaction what ran in it. `places` hold those of one parent and target each. */
function fill(trace: Trace, places: readonly (readonly Filling[])[]): void {
  const byParent = groupBy(places, ([first]) => first!.begin.span.parentSpanId);
  for (const query of [...trace.queries, ...trace.controls]) {
    const target = targetOf(query.span);
    for (const one of around(trace, query.span, byParent)) {
      const isOwn = query !== one.begin && query !== one.end;
      if (isOwn && targetOf(one.begin.span) === target) one.queries.push(query);
    }
  }
  for (const call of remoteCallsOf(trace)) {
    for (const one of around(trace, call.span, byParent)) one.remoteCalls.push(call);
  }
}

type ByParent = ReadonlyMap<string | undefined, readonly (readonly Filling[])[]>;

/** The transactions that were open while `span` ran, begun under its parent or an ancestor. */
function around(trace: Trace, span: Span, byParent: ByParent): Filling[] {
  const found: Filling[] = [];
  const look = (parentId: string | undefined): void => {
    for (const place of byParent.get(parentId) ?? []) {
      const one = lastOpened(place, span.startMs + clockStepMs);
      if (one === undefined) continue;
      if (span.startMs + span.durationMs <= one.closeMs + clockStepMs) found.push(one);
    }
  };
  look(span.parentSpanId);
  for (const { parentSpanId } of trace.ancestorsOf(span)) look(parentSpanId);
  return found;
}

/** The last of transactions in order of time that was open by then, by halving. */
function lastOpened(place: readonly Filling[], timeMs: number): Filling | undefined {
  let low = 0;
  let high = place.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place[middle]!.openMs > timeMs) high = middle;
    else low = middle + 1;
  }
  return place[low - 1];
}
