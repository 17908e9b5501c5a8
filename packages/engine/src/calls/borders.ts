import type { Query } from '../database.ts';
import { inOrderOfStart } from '../trace.ts';
import type { Trace } from '../trace.ts';
import type { Span } from '../types.ts';

/** Where a transaction starts or ends. */
export interface Border {
  readonly span: Span;
  readonly opens: boolean;
}

/** Starts and ends of transactions, in order of start; savepoints are none. */
export function transactionBordersOf(trace: Trace): readonly Border[] {
  const borders: Border[] = [];
  for (const { span, statement } of trace.controls) {
    const { operation, text } = statement.shape;
    if (text.startsWith('rollback to') || text.startsWith('rollback work to')) continue;
    if (openers.has(operation)) borders.push({ span, opens: true });
    else if (closers.has(operation)) borders.push({ span, opens: false });
  }
  return inOrderOfStart(borders);
}

const openers = new Set(['BEGIN', 'START']);
const closers = new Set(['COMMIT', 'END', 'ROLLBACK', 'ABORT']);

/**
 * True when there are as many transactions as calls, so that each may have one of its own. Counted,
 * not ordered: within one millisecond, the clock's step, nothing tells which came first.
 */
export function haveTransactionsOfTheirOwn(trace: Trace, calls: readonly Query[]): boolean {
  const borders = transactionBordersOf(trace);
  const opened = borders.filter(({ opens }) => opens).length;
  return opened >= calls.length && borders.length - opened >= calls.length;
}
