import { inWords } from '../advice/advice.ts';
import { transactionAdvice } from '../advice/connections.ts';
import { coveredMs, gapsOf, stretchesOf } from '../calls/stretches.ts';
import type { Stretch } from '../calls/stretches.ts';
import { transactionsOf } from '../calls/transactions.ts';
import type { Transaction } from '../calls/transactions.ts';
import type { PathPiece } from '../critical-path.ts';
import { groupBy } from '../group-by.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Finding, Span } from '../types.ts';
import { findingOf } from './finding.ts';
import { placeName, placeOf } from './place.ts';
import { cutWords, durationWords } from './words.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'long-transaction';

interface Measured {
  readonly transaction: Transaction;
  /** Time from BEGIN to the end of COMMIT, less the calls to other processes in it. Milliseconds. */
  readonly openMs: number;
  /** The longest time in it without a query and without a call to another process. */
  readonly idle: Stretch;
  readonly idleMs: number;
}

/**
 * Fires when a transaction is open for at least `longTransactionMs`, or runs nothing for at least
 * `idleInTransactionMs` on end. Time that calls to other processes take belongs to
 * `http-in-transaction` and is counted neither as open nor as idle.
 */
export const longTransaction: Rule = {
  name,
  title: 'Long transaction',
  firesWhen:
    'A transaction is open for at least `longTransactionMs` or runs nothing for at least `idleInTransactionMs` on end; time of calls to other processes is left to `http-in-transaction`.',
  judge(trace, context) {
    const { longTransactionMs, idleInTransactionMs, explain } = context.options;
    const transactions = transactionsOf(trace);
    // A COMMIT, a BEGIN or a query may be among the spans that were left out.
    if (context.isCut && transactions.length > 0) {
      return { findings: [], nearest: explain ? { rule: name, text: cutWords } : null };
    }
    const all = transactions.map(measure);
    const long = all.filter(
      ({ openMs, idleMs }) => openMs >= longTransactionMs || idleMs >= idleInTransactionMs,
    );
    if (long.length === 0) {
      return { findings: [], nearest: explain ? nearMiss(all, trace, context) : null };
    }
    const places = groupBy(long, ({ transaction: { begin } }) =>
      placeName(placeOf(trace, [begin.span])),
    );
    const findings = [...places.values()].map((same) => finding(same, trace, context));
    return { findings, nearest: null };
  },
};

function measure(transaction: Transaction): Measured {
  const { begin, end, openMs: fromMs, closeMs, queries, remoteCalls } = transaction;
  const remote = remoteCalls.map(({ span }) => span);
  const endMs = Math.max(closeMs, endOf(end.span));
  const openMs = endMs - fromMs - coveredMs(stretchesOf(remote), fromMs, endMs);
  const busy = stretchesOf([begin.span, ...queries.map(({ span }) => span), ...remote]);
  let idle: Stretch = { startMs: closeMs, endMs: closeMs };
  for (const gap of gapsOf(busy, fromMs, closeMs)) {
    if (gap.endMs - gap.startMs > idle.endMs - idle.startMs) idle = gap;
  }
  return { transaction, openMs, idle, idleMs: idle.endMs - idle.startMs };
}

function finding(same: readonly Measured[], trace: Trace, context: RuleContext): Finding {
  const worst = [...same].sort((a, b) => b.openMs - a.openMs)[0]!;
  const { begin } = worst.transaction;
  const isOpenLong = worst.openMs >= context.options.longTransactionMs;
  const costs = same.map((one) => (isOpenLong ? openCostMs(one, trace) : idleCostMs(one, trace)));
  const more = same.length === 1 ? '' : `, ${same.length} times`;
  const spans = same.flatMap(({ transaction: { begin: b, queries, end } }) => [
    b.span,
    ...queries.map(({ span }) => span),
    end.span,
  ]);
  return findingOf(trace, context, {
    rule: name,
    message: `${isOpenLong ? openWords(worst) : idleWords(worst)}${more}`,
    confidence: 'high',
    spans: inOrderOfStart([...new Set(spans)].map((span) => ({ span }))).map(({ span }) => span),
    repeats: same.length,
    ...placeOf(trace, [begin.span]),
    costMs: costs.reduce((sum, ms) => sum + ms, 0),
    advice: isOpenLong ? shortenAdvice : transactionAdvice({ call: null, heldMs: worst.openMs }),
  });
}

const shortenAdvice = inWords(
  'Keep between BEGIN and COMMIT only the statements that must succeed together: read and compute before, and cut large changes into portions.',
);

function openWords({ openMs, transaction: { queries } }: Measured): string {
  const count = queries.length === 1 ? 'one query' : `${queries.length} queries`;
  return `A transaction with ${count} stayed open for ${durationWords(openMs)}`;
}

function idleWords({ idle, idleMs, transaction: { begin, queries, end } }: Measured): string {
  const inOrder = [begin, ...queries, end];
  const before = inOrder
    .filter(({ span }) => endOf(span) <= idle.startMs)
    .sort(byEnd)
    .at(-1);
  const after = inOrder.filter(({ span }) => span.startMs >= idle.endMs).sort(byBegin)[0];
  const between = `between ${wordsOf(before ?? begin)} and ${wordsOf(after ?? end)}`;
  return `A transaction ran nothing for ${durationWords(idleMs)} ${between}`;
}

function wordsOf({ statement: { shape } }: Transaction['begin']): string {
  return shape.kind === 'query' ? shape.summary : shape.operation;
}

function byEnd(a: Transaction['begin'], b: Transaction['begin']): number {
  return endOf(a.span) - endOf(b.span);
}

function byBegin(a: Transaction['begin'], b: Transaction['begin']): number {
  return a.span.startMs - b.span.startMs;
}

function openCostMs({ transaction, openMs }: Measured, trace: Trace): number {
  const { openMs: fromMs, end } = transaction;
  return Math.min(openMs, waitedForMs(transaction, fromMs, endOf(end.span), trace));
}

function idleCostMs({ transaction, idle, idleMs }: Measured, trace: Trace): number {
  return Math.min(idleMs, waitedForMs(transaction, idle.startMs, idle.endMs, trace));
}

/** How much of that time the critical path ran through the transaction's branch; all without a path. */
function waitedForMs({ begin }: Transaction, fromMs: number, toMs: number, trace: Trace): number {
  const { criticalPath } = trace;
  const parent = trace.parentOf(begin.span);
  if (criticalPath.length === 0 || parent === undefined) return toMs - fromMs;
  const above = new Set<Span>([parent, ...trace.ancestorsOf(parent)]);
  let sum = 0;
  for (let at = firstBefore(criticalPath, toMs); at < criticalPath.length; at++) {
    const { span, startMs, endMs } = criticalPath[at]!;
    if (endMs <= fromMs) break;
    const overlap = Math.min(endMs, toMs) - Math.max(startMs, fromMs);
    if (overlap > 0 && (above.has(span) || trace.isUnder(span, parent))) sum += overlap;
  }
  return sum;
}

/** Index of the first piece (they come latest first) that starts before `timeMs`, by halving. */
function firstBefore(path: readonly PathPiece[], timeMs: number): number {
  let low = 0;
  let high = path.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (path[middle]!.startMs < timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

function endOf({ startMs, durationMs }: Span): number {
  return startMs + durationMs;
}

function nearMiss(
  all: readonly Measured[],
  trace: Trace,
  { options }: RuleContext,
): NearMiss | null {
  const longest = [...all].sort((a, b) => b.openMs - a.openMs)[0];
  if (longest !== undefined) {
    const { longTransactionMs, idleInTransactionMs } = options;
    const text = `a transaction was open for ${durationWords(longest.openMs)}, below longTransactionMs ${longTransactionMs}, and idle for at most ${durationWords(longest.idleMs)}, below idleInTransactionMs ${idleInTransactionMs}`;
    return { rule: name, text };
  }
  const begins = trace.controls.filter(({ statement }) => statement.shape.kind === 'transaction');
  if (begins.length === 0) return null;
  const text = 'transactions were seen, but no BEGIN and COMMIT could be told to belong together';
  return { rule: name, text };
}
