import type { Verdict } from '../judge.ts';
import type { ResolvedEngineOptions } from '../options.ts';
import type { RuleVerdict } from '../rules/rule.ts';
import type { RuleName } from '../types.ts';
import type { Grown } from './told.ts';

/** What a watch is told beside the verdict. */
export interface WatchContext {
  /** The limits in force for this rule and endpoint. */
  readonly options: ResolvedEngineOptions;
  /** When the trace ended by its own clock, epoch milliseconds: every door agrees about that. */
  readonly endMs: number;
}

/** One run of a watcher: it remembers, within its caps. It never throws and keeps no trace. */
export interface Watch {
  /**
   * Takes a verdict in. Gives findings when with it a limit was passed; once in a window, however
   * often more comes. The evidence is of this trace, the counts are of the window.
   */
  observe(service: string, verdict: Verdict, context: WatchContext): RuleVerdict;
  /** What it found, with the counts of its whole window; only findings that have grown since they were given. */
  grown(endMs: number): readonly Grown[];
}

/** A detector over many traces: its findings are of what single traces cannot show. */
export interface Watcher {
  readonly name: RuleName;
  /** For headings, such as `Cacheable read`. */
  readonly title: string;
  /** When it fires, in a sentence for people. */
  readonly firesWhen: string;
  /** Verdicts without any of these are not shown to it. */
  readonly looksAt: 'queries' | 'cacheReads';
  /** Begins to watch; `count` is told of everything beyond a cap, by its name. */
  readonly start: (
    options: ResolvedEngineOptions,
    count: (cap: string, by: number) => void,
  ) => Watch;
}

/** When what a verdict tells was over, by the clock of its spans. */
export function endOf({ hasRoot, startMs, durationMs, queries, cacheReads }: Verdict): number {
  if (hasRoot) return startMs + durationMs;
  let endMs = startMs;
  for (const { span } of queries) endMs = Math.max(endMs, span.startMs + span.durationMs);
  for (const { timeMs } of cacheReads) endMs = Math.max(endMs, timeMs);
  return endMs;
}
