import type { OptionSpec } from './option-table.ts';
import type { ResolvedEngineOptions } from './options.ts';
import { isPattern, matches, parseEntries } from './text-pattern.ts';

/** Limits that may differ by rule and endpoint. */
export const limitNames = [
  'minRepeats',
  'minDuplicates',
  'slowQueryMs',
  'slowHttpMs',
  'slowEndpointMs',
  'baselineFactor',
  'minBaselineCalls',
  'minSerialQueries',
  'minSerialSavingMs',
  'poolWaitMs',
  'longTransactionMs',
  'idleInTransactionMs',
  'maxResultRows',
  'minStampede',
  'minHitPercent',
  'minCacheReads',
  'minErrors',
  'minRetries',
  'minCacheableReads',
] as const;

export type LimitName = (typeof limitNames)[number];
export type Limits = { readonly [Name in LimitName]?: number };

/** Limits for some endpoints (`*` stands for any text), one rule, or one rule at some endpoints. */
export interface Threshold extends Limits {
  readonly rule?: string;
  readonly endpoint?: string;
}

/** The option; of several entries that fit, the last one counts. */
export const thresholdsOption: OptionSpec<readonly Threshold[]> = {
  default: [],
  env: 'SPANDREL_THRESHOLDS',
  doc: 'Other limits for a rule or for endpoints, such as `endpoint=job *&minRepeats=50;rule=slow-http&slowHttpMs=2000`.',
  rule: `a list of objects with a rule or an endpoint, and limits above 0 (${limitNames.join(', ')})`,
  accepts: (given): given is readonly Threshold[] =>
    Array.isArray(given) && given.every(isThreshold),
  parse: (text) => parseEntries(text)?.map(withNumbers),
};

function isThreshold(given: unknown): given is Threshold {
  if (typeof given !== 'object' || given === null) return false;
  const { rule, endpoint, ...limits } = given as Threshold;
  if (rule === undefined && endpoint === undefined) return false;
  if (![rule, endpoint].every((name) => name === undefined || isPattern(name))) return false;
  const entries = Object.entries(limits);
  return (
    entries.length > 0 &&
    entries.every(
      ([name, value]) =>
        (limitNames as readonly string[]).includes(name) &&
        typeof value === 'number' &&
        Number.isFinite(value) &&
        value > 0,
    )
  );
}

function withNumbers(entry: Record<string, string>): Threshold {
  return Object.fromEntries(
    Object.entries(entry).map(([name, value]) => {
      const isWord = name === 'rule' || name === 'endpoint';
      return [name, isWord ? value : Number(value)];
    }),
  ) as Threshold;
}

const mostRemembered = 1000;

/** The options a rule sees at an endpoint; remembered, because most traces are of few endpoints. */
export class Thresholds {
  readonly #live: { readonly current: ResolvedEngineOptions };
  #options: ResolvedEngineOptions;
  #known = new Map<string, ResolvedEngineOptions>();

  /** `live.current` may be replaced while running. */
  constructor(live: { readonly current: ResolvedEngineOptions }) {
    this.#live = live;
    this.#options = live.current;
  }

  for(rule: string, endpoint: string): ResolvedEngineOptions {
    const { current } = this.#live;
    if (current.thresholds.length === 0) return current;
    if (current !== this.#options) {
      this.#options = current;
      this.#known = new Map();
    }
    const key = `${rule} ${endpoint}`;
    let options = this.#known.get(key);
    if (options === undefined) {
      if (this.#known.size >= mostRemembered) this.#known = new Map();
      this.#known.set(key, (options = withLimits(current, rule, endpoint)));
    }
    return options;
  }
}

function withLimits(
  current: ResolvedEngineOptions,
  rule: string,
  endpoint: string,
): ResolvedEngineOptions {
  let options = current;
  for (const { rule: ofRule, endpoint: ofEndpoint, ...limits } of current.thresholds) {
    const fits =
      (ofRule === undefined || ofRule === rule) &&
      (ofEndpoint === undefined || matches(ofEndpoint, endpoint));
    if (fits) options = { ...options, ...limits };
  }
  return options;
}
