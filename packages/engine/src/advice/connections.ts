import { durationWords } from '../rules/words.ts';
import type { Advice } from '../types.ts';
import { inWords } from './advice.ts';

export interface PoolWait {
  /** Most connections of the pool; null when unknown. */
  readonly maxConnections: number | null;
}

/** Little's law: connections in use = requests a second times the seconds each holds one. */
export function poolWaitAdvice({ maxConnections }: PoolWait): Advice {
  const size = maxConnections === null ? '' : ` The pool has ${maxConnections}.`;
  return inWords(
    `Hold connections for less time, ask for fewer at once, or give the pool as many as are in use on average: requests per second times the seconds each holds one (Little's law).${size}`,
  );
}

export interface OpenTransaction {
  /** What runs inside and need not: `GET api.example/users`; null when the time passes idle. */
  readonly call: string | null;
  /** Time it keeps the transaction open, milliseconds. */
  readonly heldMs: number;
}

export function transactionAdvice({ call, heldMs }: OpenTransaction): Advice {
  const held = durationWords(heldMs);
  return inWords(
    call === null
      ? `Do the work between the statements before BEGIN or after COMMIT: the transaction is open for ${held} and holds its locks and its connection meanwhile.`
      : `Move ${call} before BEGIN or after COMMIT: for ${held} the transaction waits for it with its locks and its connection.`,
  );
}
