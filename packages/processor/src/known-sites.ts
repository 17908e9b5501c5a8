import type { CallKey } from './call-keys.ts';
import type { ReadSite } from './stack.ts';

/** Beyond so many endpoints all starts afresh; further calls of one are not kept. */
const mostEndpoints = 200;
const mostCallsPerEndpoint = 50;

/**
 * Lines found for calls that had to be looked for, by the name of their root: most traces ask once
 * and are told that there is nothing. A call that shows a second line is known to have none.
 */
export class KnownSites {
  readonly #byEndpoint = new Map<string, Map<CallKey, ReadSite | null>>();

  /** Undefined where nothing is known; null for calls with several lines. */
  at(endpoint: string): ReadonlyMap<CallKey, ReadSite | null> | undefined {
    return this.#byEndpoint.get(endpoint);
  }

  /** A line that was not looked for matters only where one is known. */
  learn(endpoint: string, key: CallKey, site: ReadSite, isLookedFor: boolean): void {
    const known = this.#byEndpoint.get(endpoint);
    const before = known?.get(key);
    if (before !== undefined) {
      if (before !== null && !isSame(before, site)) known!.set(key, null);
    } else if (isLookedFor && (known === undefined || known.size < mostCallsPerEndpoint)) {
      (known ?? this.#open(endpoint)).set(key, site);
    }
  }

  #open(endpoint: string): Map<CallKey, ReadSite | null> {
    if (this.#byEndpoint.size >= mostEndpoints) this.#byEndpoint.clear();
    const known = new Map<CallKey, ReadSite | null>();
    this.#byEndpoint.set(endpoint, known);
    return known;
  }
}

function isSame({ callSite: a }: ReadSite, { callSite: b }: ReadSite): boolean {
  return a.file === b.file && a.line === b.line && a.function === b.function;
}
