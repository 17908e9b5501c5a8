import type { WriteTerms } from './call-options.ts';

/** What a read found. `isStoreSilent` when the store gave no answer in time or was not asked. */
export type Found =
  | { readonly isHit: true; readonly value: unknown }
  | { readonly isHit: false; readonly isStoreSilent: boolean };

/** One key's read, load and write under way, shared by everyone who asks meanwhile. */
export class Flight {
  readonly terms: WriteTerms;
  /** Never rejects. */
  readonly found: Promise<Found>;
  /** Rejects as the loader does. */
  value: Promise<unknown>;
  /** Undefined until it is known that a load is needed. */
  loadStartedMs: number | undefined;
  /** True once the key was set or deleted. */
  isOvertaken = false;

  constructor(terms: WriteTerms, found: Promise<Found>) {
    this.terms = terms;
    this.found = found;
    this.value = found;
  }
}
