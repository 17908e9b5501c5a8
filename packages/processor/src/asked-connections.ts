import type { CallNotes } from './call-sites.ts';
import type { Capture } from './stack.ts';

/** A connection that was asked for, and the stack that was taken then; null when none was needed. */
export interface AskedConnection {
  readonly notes: CallNotes;
  readonly capture: Capture | null;
}

export type Below = (...args: never[]) => unknown;

/** Who hears of connections that are asked for and given. */
export interface Hearer {
  ask(traceId: string, below: Below): AskedConnection | undefined;
  give<T>(asked: AskedConnection, run: () => T): T;
}

/** By its name, so that every copy of this package finds the processor of the process. */
const slot = Symbol.for('spandrel.acquires.v1');
const globals = globalThis as unknown as { [slot]?: Hearer | undefined };

/** The processor that started last hears of them. */
export function hear(hearer: Hearer): void {
  globals[slot] = hearer;
}

export function unhear(hearer: Hearer): void {
  if (globals[slot] === hearer) globals[slot] = undefined;
}

/**
 * For an instrumentation of a pool that makes no span of an acquire: a connection is asked for to
 * run one query with it, in this trace. Frames from `below` on count as the caller's. Undefined
 * where nobody needs to know; never throws.
 */
export function askForConnection(traceId: string, below: Below): AskedConnection | undefined {
  try {
    return globals[slot]?.ask(traceId, below);
  } catch {
    return undefined;
  }
}

/** The connection is there: `run` starts the query in this very turn. Throws what `run` throws. */
export function giveConnection<T>(asked: AskedConnection | undefined, run: () => T): T {
  const hearer = globals[slot];
  return asked === undefined || hearer === undefined ? run() : hearer.give(asked, run);
}
