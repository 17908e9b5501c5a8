import { swallow } from './guests.ts';

/** After this time without it, a trouble that comes again is a new episode. */
const quietMs = 60_000;

/**
 * Says each kind of trouble once per episode, which lasts until it has not been seen for a minute.
 * Kinds are a handful of fixed words; the sentence may vary. Never throws, whatever `say` does.
 */
export class Episodes {
  readonly #lastSeenMs = new Map<string, number>();
  readonly #say: ((sentence: string) => unknown) | undefined;
  readonly #now: () => number;

  constructor(say: ((sentence: string) => unknown) | undefined, now: () => number) {
    this.#say = say;
    this.#now = now;
  }

  tell(kind: string, sentence: string): void {
    try {
      const nowMs = this.#now();
      const lastMs = this.#lastSeenMs.get(kind);
      this.#lastSeenMs.set(kind, nowMs);
      if (lastMs === undefined || nowMs - lastMs >= quietMs) swallow(this.#say?.(sentence));
    } catch {
      // A listener's own trouble is not ours to spread.
    }
  }

  /** An error of ours that must not reach the application. */
  swallowed(error: unknown): void {
    const words = error instanceof Error ? error.message : 'unknown';
    this.tell('internal_error', `an internal error was swallowed: ${words}`);
  }
}
