import { groupBy } from '../group-by.ts';
import { onceATrace } from '../once-a-trace.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';
import { attemptsOf } from './attempts.ts';
import type { Attempt } from './attempts.ts';

/** Attempts at one request, each after the one before it had failed. */
export interface RetryChain {
  /** At least two, in order of start; all but the last failed. */
  readonly attempts: readonly Attempt[];
  /** From each failure to the next attempt, milliseconds, one less than attempts. */
  readonly pausesMs: readonly number[];
  /** False when the parameters are unknown and only the order speaks for a retry. */
  readonly isKnown: boolean;
}

/** Starts are whole milliseconds in Node.js, so an attempt may seem to start up to 1 ms early. */
const clockStepMs = 1;

const none: readonly RetryChain[] = [];

/**
 * The chains of a trace, in no particular order. Attempts at one request that overlap belong to
 * different chains. Where parameters are unknown, failures followed by one success that ends the
 * row are a chain; failures alone may as well be a loop whose every turn failed, and are none.
 */
export function retryChainsOf(trace: Trace): readonly RetryChain[] {
  if (!trace.hasFailures) return none;
  return readOnce(trace);
}

const readOnce = onceATrace(readChains);

function readChains(trace: Trace): readonly RetryChain[] {
  const chains: Attempt[][] = [];
  const unknown: Attempt[] = [];
  for (const [request, attempts] of groupBy(attemptsOf(trace), ({ request: one }) => one)) {
    if (request === null) unknown.push(...attempts);
    else if (attempts.length > 1) chains.push(...chained(inOrderOfStart(attempts)));
  }
  const rows = groupBy(unknown, ({ operation, span }) => `${operation} ${span.parentSpanId ?? ''}`);
  const guessed = [...rows.values()].filter((row) => endsInSuccess(inOrderOfStart(row)));
  return [
    ...chains.map((attempts) => chainOf(attempts, true)),
    ...guessed.map((attempts) => chainOf(attempts, false)),
  ];
}

/**
 * Each attempt goes to the chain whose failure ended last before it; a failure is followed by one
 * attempt at most. `attempts` are of one request, in order of start. Cost: n log n.
 */
function chained(attempts: readonly Attempt[]): Attempt[][] {
  const failures = attempts
    .map((attempt, at) => ({ attempt, at, endMs: endOf(attempt.span) }))
    .filter(({ attempt }) => attempt.hasFailed)
    .sort((a, b) => a.endMs - b.endMs || a.at - b.at);
  const chainOfFailure = new Map<Attempt, Attempt[]>();
  const free: Attempt[] = [];
  const chains: Attempt[][] = [];
  let next = 0;
  attempts.forEach((attempt, at) => {
    for (let one = failures[next]; one !== undefined; one = failures[++next]) {
      if (one.at >= at || one.endMs > attempt.span.startMs + clockStepMs) break;
      free.push(one.attempt);
    }
    const before = free.pop();
    const chain = before === undefined ? [] : chainOfFailure.get(before)!;
    if (before === undefined) chains.push(chain);
    chain.push(attempt);
    chainOfFailure.set(attempt, chain);
  });
  return chains.filter(({ length }) => length > 1);
}

function endsInSuccess(row: readonly Attempt[]): boolean {
  return (
    row.length > 1 &&
    row.every(({ span, hasFailed }, n) => {
      const isLast = n === row.length - 1;
      return hasFailed !== isLast && (n === 0 || follows(span, row[n - 1]!.span));
    })
  );
}

function follows(later: Span, earlier: Span): boolean {
  return endOf(earlier) <= later.startMs + clockStepMs;
}

function endOf({ startMs, durationMs }: Span): number {
  return startMs + durationMs;
}

function chainOf(attempts: readonly Attempt[], isKnown: boolean): RetryChain {
  const pausesMs = attempts.slice(1).map(({ span }, n) => {
    return Math.max(0, span.startMs - endOf(attempts[n]!.span));
  });
  return { attempts, pausesMs, isKnown };
}
