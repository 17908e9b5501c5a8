import type { ResolvedEngineOptions } from '../options.ts';
import type { Trace } from '../trace.ts';
import type { Finding, RuleName } from '../types.ts';

/** How an endpoint did before this trace. */
export interface Baseline {
  readonly calls: number;
  readonly p95Ms: number;
}

export interface RuleContext {
  readonly options: ResolvedEngineOptions;
  /** Null while the endpoint is new, and where nobody keeps statistics. */
  readonly baseline: Baseline | null;
  /** True when the cap on judged spans cut this trace: rules that argue from absence stay silent. */
  readonly isCut: boolean;
}

/** What came nearest to a finding, and the limit that stopped it, in a sentence. */
export interface NearMiss {
  readonly rule: RuleName;
  readonly text: string;
}

/** `nearest` is filled only when `options.explain` is on; null when nothing came near. */
export interface RuleVerdict {
  readonly findings: readonly Finding[];
  readonly nearest: NearMiss | null;
}

/** A detector: a pure function of one trace. It never throws and does not change the trace. */
export interface Rule {
  readonly name: RuleName;
  /** For headings, such as `N+1 query`. */
  readonly title: string;
  /** When it fires, in a sentence for people; the README's table is tested against it. */
  readonly firesWhen: string;
  /** True when `allowRepeats` in code may silence it. */
  readonly isAboutRepeats?: boolean;
  readonly judge: (trace: Trace, context: RuleContext) => RuleVerdict;
}

export const nothingFound: RuleVerdict = Object.freeze({ findings: [], nearest: null });
