import { transactionAdvice } from '../advice/connections.ts';
import type { RemoteCall } from '../calls/remote.ts';
import { coveredMs, stretchesOf } from '../calls/stretches.ts';
import { transactionsOf } from '../calls/transactions.ts';
import type { Transaction } from '../calls/transactions.ts';
import { callSiteOf } from '../call-site.ts';
import { timingOnPath } from '../critical-path.ts';
import { timingOf } from '../intervals.ts';
import { groupBy } from '../group-by.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Finding, Span } from '../types.ts';
import { findingOf } from './finding.ts';
import { placeName, placeOf } from './place.ts';
import { cutWords, durationWords } from './words.ts';
import type { NearMiss, Rule, RuleContext } from './rule.ts';

const name = 'http-in-transaction';

/** A call to another process, and the transaction that had to wait for it. */
interface Held {
  readonly span: Span;
  readonly call: RemoteCall;
  readonly transaction: Transaction;
}

/**
 * Fires when a call to another process (HTTP, RPC, a message) starts and ends between BEGIN and
 * COMMIT, below the parent of both, and for most of its time none of the transaction's queries
 * runs: then the transaction, its locks and its connection waited for it. Calls in a branch of
 * their own, and calls that queries ran beside, are not held against it.
 */
export const httpInTransaction: Rule = {
  name,
  title: 'Remote call in a transaction',
  firesWhen:
    'An HTTP call, an RPC or a sent message starts and ends between BEGIN and COMMIT under one parent, while the transaction itself runs nothing.',
  judge(trace, context) {
    const { explain } = context.options;
    const transactions = transactionsOf(trace);
    // A COMMIT, a BEGIN or a query may be among the spans that were left out.
    if (context.isCut && transactions.length > 0) {
      return { findings: [], nearest: explain ? { rule: name, text: cutWords } : null };
    }
    const held = inOrderOfStart(transactions.flatMap(heldCalls));
    if (held.length === 0) {
      return {
        findings: [],
        nearest: explain ? nearMiss(trace, transactions) : null,
      };
    }
    const problems = groupBy(held, (one) =>
      JSON.stringify([one.call.template, placeName(placeOf(trace, [anchorOf(one)]))]),
    );
    const findings = [...problems.values()].map((same) => finding(same, trace, context));
    return { findings, nearest: null };
  },
};

function heldCalls(transaction: Transaction): Held[] {
  const { remoteCalls, queries } = transaction;
  if (remoteCalls.length === 0) return [];
  const busy = stretchesOf(queries.map(({ span }) => span));
  return remoteCalls
    .filter(({ span: { startMs, durationMs } }) => {
      return coveredMs(busy, startMs, startMs + durationMs) * 2 <= durationMs;
    })
    .map((call) => ({ span: call.span, call, transaction }));
}

/** The span that says where it happens: the call, or BEGIN where only that has a call site. */
function anchorOf({ span, transaction: { begin } }: Held): Span {
  const isBegin =
    callSiteOf(span.attributes) === null && callSiteOf(begin.span.attributes) !== null;
  return isBegin ? begin.span : span;
}

function finding(held: readonly Held[], trace: Trace, context: RuleContext): Finding {
  const spans = held.map(({ span }) => span);
  const transactions = [...new Set(held.map(({ transaction }) => transaction))];
  const controls = transactions.flatMap(({ begin, end }) => [begin.span, end.span]);
  const { template } = held[0]!.call;
  const { costMs, isParallel } = timingOnPath(trace, spans);
  const heldMs = timingOf(spans).costMs;
  const anchor = anchorOf(held[0]!);
  const openMs = Math.max(...transactions.map(({ openMs: from, closeMs }) => closeMs - from));
  const count = spans.length === 1 ? '' : ` ${spans.length} times`;
  return findingOf(trace, context, {
    rule: name,
    message: `${template} was called${count} inside a transaction that stayed open for ${durationWords(openMs)}`,
    confidence: 'high',
    spans: inOrderOfStart([...spans, ...controls].map((span) => ({ span }))).map(
      ({ span }) => span,
    ),
    repeats: spans.length,
    shape: template,
    summary: template,
    ...placeOf(trace, [anchor]),
    parallel: spans.length > 1 ? isParallel : null,
    costMs,
    advice: transactionAdvice({ call: template, heldMs }),
  });
}

function nearMiss(trace: Trace, transactions: readonly Transaction[]): NearMiss | null {
  const beside = transactions.flatMap(({ remoteCalls }) => remoteCalls)[0];
  if (beside !== undefined) {
    const text = `${beside.template} was called while a transaction was open, but queries of the transaction ran beside it`;
    return { rule: name, text };
  }
  const [call] = trace.httpCalls;
  if (call === undefined || trace.controls.length === 0) return null;
  const text =
    transactions.length === 0
      ? `${call.template} was called beside transactions, but no BEGIN and COMMIT could be told to belong together`
      : `${call.template} was called, but not between BEGIN and COMMIT under their parent`;
  return { rule: name, text };
}
