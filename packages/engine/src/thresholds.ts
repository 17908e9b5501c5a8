import { firstFlaw, unknownField } from './flaws.ts';
import type { Flaw, OptionSpec } from './option-table.ts';
import type { ResolvedEngineOptions } from './options.ts';
import { isPattern, matches, parseEntries, patternRule } from './text-pattern.ts';

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
  schema: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        rule: { type: 'string', minLength: 1 },
        endpoint: { type: 'string', minLength: 1 },
        ...Object.fromEntries(
          limitNames.map((name) => [name, { type: 'number', exclusiveMinimum: 0 }]),
        ),
      },
      additionalProperties: false,
      anyOf: [{ required: ['rule'] }, { required: ['endpoint'] }],
      minProperties: 2,
    },
  },
  flaw: (given) => firstFlaw(given, (entry) => (isThreshold(entry) ? null : flawOf(entry))),
};

function isThreshold(given: unknown): given is Threshold {
  if (typeof given !== 'object' || given === null) return false;
  const { rule, endpoint, ...limits } = given as Threshold;
  if (rule === undefined && endpoint === undefined) return false;
  if (![rule, endpoint].every((name) => name === undefined || isPattern(name))) return false;
  const entries = Object.entries(limits);
  return (
    entries.length > 0 && entries.every(([name, value]) => isLimit(name) && isAboveZero(value))
  );
}

function isLimit(name: string): boolean {
  return (limitNames as readonly string[]).includes(name);
}

function isAboveZero(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function flawOf(entry: unknown): Flaw {
  const whole = {
    path: '',
    rule: 'an object with a rule or an endpoint, and limits',
    value: entry,
  };
  if (typeof entry !== 'object' || entry === null) return whole;
  for (const [name, value] of Object.entries(entry)) {
    if (name === 'rule' || name === 'endpoint') {
      if (!isPattern(value)) return { path: `.${name}`, rule: patternRule, value };
    } else if (!isLimit(name)) {
      return unknownField(name, ['rule', 'endpoint', ...limitNames]);
    } else if (!isAboveZero(value)) {
      return { path: `.${name}`, rule: 'a number above 0', value };
    }
  }
  return whole;
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
