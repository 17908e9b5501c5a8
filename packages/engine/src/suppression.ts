import { firstFlaw, unknownField } from './flaws.ts';
import type { Flaw, OptionSpec } from './option-table.ts';
import { ATTR_ALLOW_REPEATS } from './names.ts';
import type { Finding, Span } from './types.ts';
import { isPattern, matches, parseEntries, patternRule } from './text-pattern.ts';

/**
 * Findings that are known and wanted: every field given must match, at least one is given. `*` in
 * `endpoint`, `shape` and `site` stands for any text.
 */
export interface Suppression {
  readonly rule?: string;
  readonly endpoint?: string;
  /** Text of a query's shape, or what takes its place in findings without a query. */
  readonly shape?: string;
  /** `src/notes.ts`, or with the function `src/notes.ts#listNotes`. */
  readonly site?: string;
  readonly fingerprint?: string;
  /** Under which they are counted; default the matched fields. */
  readonly reason?: string;
}

/** A finding that was not reported, and why. */
export interface Suppressed {
  readonly finding: Finding;
  readonly reason: string;
}

const fields = ['rule', 'endpoint', 'shape', 'site', 'fingerprint', 'reason'] as const;

/** The option: a list in code, in the environment `rule=slow-query&endpoint=GET /reports/*;fingerprint=…`. */
export const suppressionsOption: OptionSpec<readonly Suppression[]> = {
  default: [],
  env: 'SPANDREL_SUPPRESS',
  doc: 'Findings to count but not to report: by rule, endpoint, shape, site (`file#function`), fingerprint; entries parted by `;`, fields by `&`.',
  rule: `a list of objects with one or more of ${fields.slice(0, -1).join(', ')} (and a reason), each a text`,
  accepts: (given): given is readonly Suppression[] =>
    Array.isArray(given) && given.every(isSuppression),
  parse: (text) => parseEntries(text) as readonly Suppression[] | undefined,
  schema: {
    type: 'array',
    items: {
      type: 'object',
      properties: Object.fromEntries(
        fields.map((name) => [name, { type: 'string', minLength: 1 }]),
      ),
      additionalProperties: false,
      anyOf: fields.slice(0, -1).map((name) => ({ required: [name] })),
    },
  },
  flaw: (given) => firstFlaw(given, (entry) => (isSuppression(entry) ? null : flawOf(entry))),
};

function flawOf(entry: unknown): Flaw {
  const rule = `an object with one or more of ${fields.slice(0, -1).join(', ')}`;
  if (typeof entry !== 'object' || entry === null) return { path: '', rule, value: entry };
  for (const [name, value] of Object.entries(entry)) {
    if (!(fields as readonly string[]).includes(name)) return unknownField(name, fields);
    if (!isPattern(value)) return { path: `.${name}`, rule: patternRule, value };
  }
  return { path: '', rule, value: entry };
}

function isSuppression(given: unknown): given is Suppression {
  if (typeof given !== 'object' || given === null) return false;
  const names = Object.keys(given);
  const isKnown = names.every((name) => (fields as readonly string[]).includes(name));
  return (
    isKnown && names.some((name) => name !== 'reason') && Object.values(given).every(isPattern)
  );
}

/** Fingerprints that were there before and are not to be reported again, read from a baseline file. */
export const knownProblemsOption: OptionSpec<readonly string[]> = {
  default: [],
  env: null,
  doc: 'Fingerprints of known problems: counted, not reported.',
  rule: 'a list of fingerprints (16 hexadecimal digits each)',
  accepts: (given): given is readonly string[] =>
    Array.isArray(given) && given.every(isFingerprint),
  parse: () => undefined,
  schema: { type: 'array', items: { type: 'string', pattern: '^[0-9a-f]{16}$' } },
  flaw: (given) =>
    firstFlaw(given, (value) =>
      isFingerprint(value) ? null : { path: '', rule: '16 hexadecimal digits', value },
    ),
};

function isFingerprint(given: unknown): given is string {
  return typeof given === 'string' && /^[0-9a-f]{16}$/.test(given);
}

/** Decides which findings stay unreported. Built once; a finding costs a set look-up and the list's length. */
export class Suppressions {
  readonly #known: ReadonlySet<string>;
  readonly #list: readonly Suppression[];

  constructor(options: { suppress: readonly Suppression[]; knownProblems: readonly string[] }) {
    this.#known = new Set(options.knownProblems);
    this.#list = options.suppress;
  }

  /** Why `finding` is not to be reported; null when it is. */
  reasonFor(finding: Finding): string | null {
    if (this.#known.has(finding.fingerprint)) return 'baseline';
    for (const suppression of this.#list) {
      if (covers(suppression, finding)) return suppression.reason ?? fieldsOf(suppression);
    }
    return null;
  }
}

function covers(
  { rule, endpoint, shape, site, fingerprint }: Suppression,
  finding: Finding,
): boolean {
  return (
    (rule === undefined || rule === finding.rule) &&
    (fingerprint === undefined || fingerprint === finding.fingerprint) &&
    (endpoint === undefined || matches(endpoint, finding.endpoint)) &&
    (shape === undefined || (finding.shape !== null && matches(shape, finding.shape))) &&
    (site === undefined || isAt(site, finding))
  );
}

function isAt(site: string, { callSite }: Finding): boolean {
  if (callSite === null) return false;
  return matches(
    site,
    site.includes('#') ? `${callSite.file}#${callSite.function ?? ''}` : callSite.file,
  );
}

function fieldsOf(suppression: Suppression): string {
  return Object.entries(suppression)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join('&');
}

/** The reason given in code by `allowRepeats` for all of `spans`; null when one of them has none. */
export function allowedRepeats(spans: readonly Span[]): string | null {
  let reason: string | null = null;
  for (const { attributes } of spans) {
    const given = attributes[ATTR_ALLOW_REPEATS];
    if (typeof given !== 'string' || given === '') return null;
    reason = given;
  }
  return reason;
}
