import { diag } from '@opentelemetry/api';
import type { Counts } from './counts.ts';

export type Answer<Value> =
  { readonly isAnswered: true; readonly value: Value } | { readonly isAnswered: false };

const noAnswer = Object.freeze({ isAnswered: false } as const);
const probeEveryMs = 1_000;

export interface StoreCallLimits {
  readonly cacheName: string;
  /** Milliseconds; Infinity for a store inside this process. */
  readonly timeoutMs: number;
  readonly maxUnanswered: number;
  readonly now: () => number;
}

/**
 * Makes every call of the store end in time and never throw.
 *
 * A call that outlives its limit is given up but stays counted while it has no answer. With
 * `maxUnanswered` of those, further calls are refused at once, so that a silent store holds
 * neither callers nor memory; one call a second still goes through, and its answer ends that.
 */
export class StoreCalls {
  readonly #limits: StoreCallLimits;
  readonly #counts: Counts;
  readonly #unanswered = new Set<object>();
  #lastProbeMs = -Infinity;
  #isInTrouble = false;

  constructor(limits: StoreCallLimits, counts: Counts) {
    this.#limits = limits;
    this.#counts = counts;
  }

  /** Never rejects. An error of `call` is counted and gives no answer, as a timeout does. */
  run<Value>(call: () => Promise<Value>): Promise<Answer<Value>> {
    if (this.#mustRefuse()) {
      this.#counts.storeRefusals += 1;
      return Promise.resolve(noAnswer);
    }
    const errorsBefore = this.#counts.storeErrors;
    const answer = call().then(
      (value): Answer<Value> => {
        if (this.#counts.storeErrors === errorsBefore) this.#isInTrouble = false;
        return { isAnswered: true, value };
      },
      (error: unknown): Answer<Value> => {
        this.reportError(error);
        return noAnswer;
      },
    );
    return this.#limits.timeoutMs === Infinity ? answer : this.#inTime(answer);
  }

  /** Counts an error that the store reported, inside a call or on its own. */
  reportError(error: unknown): void {
    this.#counts.storeErrors += 1;
    // Never the message: a parser's message quotes the value.
    this.#warnOnce(`the store failed (${nameOf(error)})`);
  }

  #inTime<Value>(answer: Promise<Answer<Value>>): Promise<Answer<Value>> {
    return new Promise((resolve) => {
      const ticket = {};
      let hasAnswer = false;
      const giveUp = (): void => {
        if (hasAnswer) return;
        this.#unanswered.add(ticket);
        this.#counts.storeTimeouts += 1;
        this.#warnOnce(`the store gave no answer within ${this.#limits.timeoutMs} ms`);
        resolve(noAnswer);
      };
      // After a long blocked stretch timers fire before the sockets are read: look there first.
      const timer = setTimeout(() => setImmediate(giveUp), this.#limits.timeoutMs);
      void answer.then((given) => {
        hasAnswer = true;
        clearTimeout(timer);
        if (!this.#unanswered.delete(ticket)) this.#endRefusals();
        resolve(given); // nothing happens when it was given up
      });
    });
  }

  #mustRefuse(): boolean {
    if (this.#unanswered.size < this.#limits.maxUnanswered) return false;
    const nowMs = this.#limits.now();
    if (nowMs - this.#lastProbeMs < probeEveryMs) return true;
    this.#lastProbeMs = nowMs;
    return false;
  }

  /** An answer in time while full: the store is back, and what is still open was lost. */
  #endRefusals(): void {
    if (this.#unanswered.size >= this.#limits.maxUnanswered) this.#unanswered.clear();
  }

  /** One line per episode, to whoever listens to OpenTelemetry's own log. */
  #warnOnce(what: string): void {
    if (this.#isInTrouble) return;
    this.#isInTrouble = true;
    diag.warn(
      `spandrel cache '${this.#limits.cacheName}': ${what}; reads are misses until it answers`,
    );
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
