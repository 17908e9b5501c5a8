import type { CallKey } from './call-keys.ts';
import type { ReadSite } from './stack.ts';

/** So often a call must have shown its line, always the same one. */
const enough = 20;
const mostKeys = 2000;

/**
 * Calls that have shown the same line again and again: of those one stack in a trace is enough to
 * go on believing it. A call that has shown a second line is never believed again.
 */
export class SteadySites {
  readonly #seen = new Map<CallKey, { readonly site: ReadSite; times: number }>();

  /** A line was read for the call. */
  learn(key: CallKey, site: ReadSite): void {
    const known = this.#seen.get(key);
    if (known === undefined) {
      if (this.#seen.size < mostKeys) this.#seen.set(key, { site, times: 1 });
    } else {
      known.times = isSame(known.site, site) ? known.times + 1 : -Infinity;
    }
  }

  /** True when further stacks of one trace would hardly tell more. */
  readonly has = (key: CallKey): boolean => (this.#seen.get(key)?.times ?? 0) >= enough;
}

function isSame({ callSite: a, callers }: ReadSite, { callSite: b, callers: others }: ReadSite) {
  if (a.file !== b.file || a.line !== b.line || a.function !== b.function) return false;
  const [caller] = callers;
  const [other] = others;
  return caller?.file === other?.file && caller?.line === other?.line;
}
