import type { Finding } from '../types.ts';
import type { RequestRow } from './requests.ts';

/** A request that has ended and what was found in it. */
export interface StatisticsEvent {
  readonly request: RequestRow;
  /** Also those over many traces that this request completed. */
  readonly findings: readonly Finding[];
  /** Fingerprints that were new. */
  readonly firstSeen: ReadonlySet<string>;
}

export type StatisticsListener = (event: StatisticsEvent) => unknown;

/** Foreign code that wants to know at once. What it throws or rejects ends here, and is counted. */
export class Listeners {
  /** Replaced, never changed: listeners may come and go while they are told. */
  #all: readonly { readonly listener: StatisticsListener }[] = [];
  /** How often a listener threw or its promise was rejected. */
  failures = 0;

  /** Gives the function that ends it. A listener that is added twice is called twice. */
  add(listener: StatisticsListener): () => void {
    const subscription = { listener };
    this.#all = [...this.#all, subscription];
    return () => {
      this.#all = this.#all.filter((one) => one !== subscription);
    };
  }

  /** Calls those that are subscribed at this moment. */
  tell(event: StatisticsEvent): void {
    for (const { listener } of this.#all) {
      try {
        const answer = listener(event);
        if (isThenable(answer)) answer.then(undefined, () => this.failures++);
      } catch {
        this.failures++;
      }
    }
  }
}

interface Thenable {
  then(onFulfilled: undefined, onRejected: () => unknown): unknown;
}

function isThenable(value: unknown): value is Thenable {
  return typeof (value as Partial<Thenable> | null | undefined)?.then === 'function';
}
