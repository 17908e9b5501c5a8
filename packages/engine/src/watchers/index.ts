import type { Verdict } from '../judge.ts';
import type { LiveOptions } from '../live-options.ts';
import type { NearMiss } from '../rules/rule.ts';
import { Thresholds } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import { cacheLowHitRate } from './cache-low-hit-rate.ts';
import { cacheableRead } from './cacheable-read.ts';
import type { Grown } from './told.ts';
import { endOf } from './watcher.ts';
import type { Watch, Watcher } from './watcher.ts';

/** Every detector over many traces. A new one is a file here and a line there. */
export const watchers: readonly Watcher[] = [cacheableRead, cacheLowHitRate];

interface Seen {
  readonly findings: readonly Finding[];
  /** Findings of windows before that say more now. */
  readonly grown: readonly Grown[];
  readonly nearest: readonly NearMiss[];
}

const noneGrown: Grown[] = [];
const nothingSeen: Seen = Object.freeze({ findings: [], grown: [], nearest: [] });

/** All watchers at work. */
export class Watchers {
  readonly #thresholds: Thresholds;
  readonly #windowMs: number;
  /** When the last trace ended, and that at which what had grown was last told. */
  #endMs = -Infinity;
  #toldMs = -Infinity;
  readonly #running: readonly (Pick<Watcher, 'name' | 'looksAt'> & { readonly watch: Watch })[];

  constructor(live: LiveOptions, count: (cap: string, by: number) => void) {
    this.#thresholds = new Thresholds(live);
    this.#windowMs = live.current.watchWindowMs;
    this.#running = watchers.map(({ name, looksAt, start }) => ({
      name,
      looksAt,
      watch: start(live.current, count),
    }));
  }

  observe(service: string, verdict: Verdict): Seen {
    const endMs = endOf(verdict);
    const grown = this.#grownAtTurn(endMs);
    let seen: { findings: Finding[]; grown: Grown[]; nearest: NearMiss[] } | undefined =
      grown.length === 0 ? undefined : { findings: [], grown, nearest: [] };
    for (const { name, looksAt, watch } of this.#running) {
      if (verdict[looksAt].length === 0) continue;
      const options = this.#thresholds.for(name, verdict.endpoint);
      const { findings, nearest } = watch.observe(service, verdict, { options, endMs });
      if (findings.length === 0 && nearest === null) continue;
      seen ??= { findings: [], grown: [], nearest: [] };
      seen.findings.push(...findings);
      if (nearest !== null) seen.nearest.push(nearest);
    }
    return seen ?? nothingSeen;
  }

  /** What was found, with the counts so far; only what has grown since it was given last. */
  grown(): Grown[] {
    return this.#running.flatMap(({ watch }) => watch.grown(this.#endMs));
  }

  /** Once a window, so that what has passed is not held for long. A time far off is no end to that. */
  #grownAtTurn(endMs: number): Grown[] {
    this.#endMs = endMs;
    if (!(Math.abs(endMs - this.#toldMs) >= this.#windowMs)) return noneGrown;
    this.#toldMs = endMs;
    return this.grown();
  }
}
