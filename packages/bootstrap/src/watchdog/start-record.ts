import type { HookMode } from '../hooks/hooks.ts';
import type { Sampler } from './sampler.ts';

/** What was so when we started in this process: for the banner, the watchdog and `spandrel doctor`. */
export interface StartRecord {
  readonly service: string;
  /** Where spans go, fit to be printed. */
  readonly destination: string;
  readonly hookMode: HookMode;
  readonly sampler: Sampler;
  /** Instrumented modules that had been loaded by `require` before us. */
  readonly loadedBefore: readonly string[];
  /** Other tools of our kind that had been loaded, by their titles. */
  readonly others: readonly string[];
  /** Names of the instrumentations that have been loaded so far. */
  readonly active: readonly string[];
  /** Waiting until someone loads it, or not wanted. */
  readonly http: 'instrumented' | 'waiting' | 'off';
}
