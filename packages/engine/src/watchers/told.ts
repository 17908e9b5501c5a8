import type { Finding } from '../types.ts';
import type { WatchWindow } from './window.ts';

/** A finding that was given before and says more now; it is no further occurrence. */
export interface Grown {
  readonly service: string;
  readonly finding: Finding;
}

interface Told {
  readonly service: string;
  finding: Finding;
  /** The finding with the counts so far. */
  readonly counted: (finding: Finding) => Finding;
}

/**
 * What was found in windows that are still open. A finding is given when a limit is passed; its
 * window goes on to count, and in the end says how much there was.
 */
export class ToldFindings {
  readonly #windowMs: number;
  readonly #max: number;
  readonly #told = new Map<WatchWindow, Told>();

  /** Beyond `max` findings keep the counts they were given with. */
  constructor(windowMs: number, max: number) {
    this.#windowMs = windowMs;
    this.#max = max;
  }

  /** `counted` gives the finding with the counts of the fullest window so far. */
  add(
    window: WatchWindow,
    service: string,
    finding: Finding,
    counted: (finding: Finding) => Finding,
  ): void {
    if (this.#told.size >= this.#max && !this.#told.has(window)) return;
    this.#told.set(window, { service, finding, counted });
  }

  /** Each finding once more that has more repeats than when it was given last. Forgets windows that had passed by `endMs`. */
  grown(endMs: number): Grown[] {
    const grown: Grown[] = [];
    for (const [window, told] of this.#told) {
      const { service, finding, counted } = told;
      const now = counted(finding);
      if ((now.repeats ?? 0) > (finding.repeats ?? 0)) {
        told.finding = now;
        grown.push({ service, finding: now });
      }
      if (!window.hasFired || endMs - window.sinceMs >= this.#windowMs) this.#told.delete(window);
    }
    return grown;
  }
}
