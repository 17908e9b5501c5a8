import { didYouMean } from './nearest-name.ts';

/**
 * One option: its default, its check and its words. A package keeps all its options in one table;
 * defaults, environment variables, error messages and the README's table are read from it.
 */
export interface OptionSpec<T> {
  readonly default: T;
  /** Environment variable that sets it; null for options that only code can give. */
  readonly env: string | null;
  /** What it means, one sentence, with its unit. */
  readonly doc: string;
  /** The rule in words, as in "must be <rule>". */
  readonly rule: string;
  readonly accepts: (value: unknown) => value is T;
  /** From an environment variable's text; undefined when it cannot be read. */
  readonly parse: (text: string) => T | undefined;
  /** JSON Schema of what is accepted, for editors. */
  readonly schema?: JsonSchema;
  /** How a value is printed, also a refused one; for secrets and addresses. Default: as it is. */
  readonly shown?: (value: unknown) => string;
  /** The member of a value that makes it refused, where that says more than the whole. */
  readonly flaw?: (value: unknown) => Flaw | null;
}

/** A piece of a JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What is wrong inside a value: `[2].slowHttpMs` must be `rule`, got `value`. */
export interface Flaw {
  readonly path: string;
  readonly rule: string;
  readonly value: unknown;
}

export type OptionTable = Readonly<Record<string, OptionSpec<never> | OptionSpec<unknown>>>;

export type OptionsOf<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionSpec<infer T> ? T : never;
};

interface Words {
  readonly env: string | null;
  readonly doc: string;
}

/** A whole number of at least `least`. */
export function wholeNumber(value: number, least: number, words: Words): OptionSpec<number> {
  return {
    ...words,
    default: value,
    rule: `a whole number of at least ${least}`,
    schema: { type: 'integer', minimum: least },
    accepts: (given): given is number => Number.isSafeInteger(given) && (given as number) >= least,
    parse: (text) => (/^\s*\d+\s*$/.test(text) ? Number(text) : undefined),
  };
}

/** What a timer of Node.js can wait for; beyond it, it does not wait at all. */
const mostMs = 2_147_483_647;

/** A time in milliseconds: above 0, and no longer than a timer can wait (24 days). */
export function positiveNumber(value: number, words: Words): OptionSpec<number> {
  return {
    ...words,
    default: value,
    rule: `a number above 0 and at most ${mostMs}`,
    schema: { type: 'number', exclusiveMinimum: 0, maximum: mostMs },
    accepts: (given): given is number => typeof given === 'number' && given > 0 && given <= mostMs,
    parse: (text) => (/^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined),
  };
}

export function flag(value: boolean, words: Words): OptionSpec<boolean> {
  return {
    ...words,
    default: value,
    rule: 'true or false',
    schema: { type: 'boolean' },
    accepts: (given): given is boolean => typeof given === 'boolean',
    parse: (text) =>
      ({ true: true, '1': true, false: false, '0': false })[text.trim().toLowerCase()],
  };
}

const oneName = /^[^\s,]+$/;

/** A list of names, none by default; in the environment with commas between. */
export function nameList(words: Words): OptionSpec<readonly string[]> {
  return {
    ...words,
    default: Object.freeze([]),
    rule: 'a list of names',
    schema: { type: 'array', items: { type: 'string', pattern: oneName.source } },
    accepts: (given): given is readonly string[] =>
      Array.isArray(given) && given.every((name) => typeof name === 'string' && oneName.test(name)),
    parse: (text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
  };
}

/**
 * The options in force: default, then what is given. Throws a `RangeError` naming the option, the
 * rule and the value. Unknown names in `given` are refused too: a misspelt option is never silent.
 */
export function resolveOptions<Table extends OptionTable>(
  table: Table,
  given: Partial<OptionsOf<Table>> = {},
): OptionsOf<Table> {
  const resolved: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name)) throw new RangeError(notAnOption(name, table));
  }
  for (const [name, spec] of Object.entries(table)) {
    const value = (given as Record<string, unknown>)[name] ?? spec.default;
    const refusal = refusalOf(name, spec, value);
    if (refusal !== null) throw new RangeError(refusal);
    resolved[name] = value;
  }
  return Object.freeze(resolved) as OptionsOf<Table>;
}

/** That `name` is not in `table`, with the name that was probably meant. */
export function notAnOption(name: string, table: OptionTable): string {
  return `${printable(name)} is not an option${didYouMean(name, Object.keys(table))}`;
}

/**
 * Why `spec` does not accept `value`: a sentence with `name`, the rule and the value, in so far as
 * it may be printed. Null when it is accepted. Never throws, whatever it is given.
 */
export function refusalOf(
  name: string,
  spec: OptionSpec<never> | OptionSpec<unknown>,
  value: unknown,
): string | null {
  try {
    if (spec.accepts(value)) return null;
    const flaw = spec.flaw?.(value);
    if (flaw != null) return `${name}${flaw.path} must be ${flaw.rule}, got ${show(flaw.value)}`;
    return `${name} must be ${spec.rule}, got ${(spec.shown ?? show)(value)}`;
  } catch {
    return `${name} must be ${spec.rule}, got what cannot be read`;
  }
}

/** A value of an option as it may be printed. Never throws. */
export function shownValue(spec: OptionSpec<never> | OptionSpec<unknown>, value: unknown): string {
  try {
    return (spec.shown ?? show)(value);
  } catch {
    return 'what cannot be read';
  }
}

/**
 * What the environment says about the options of `table`; unset and empty variables say nothing.
 * A bad value is left out and told to `onInvalid` (variable, and a sentence with the rule and the
 * value); without it a `RangeError` with that sentence is thrown.
 */
export function optionsFromEnv<Table extends OptionTable>(
  table: Table,
  env: Readonly<Record<string, string | undefined>>,
  onInvalid: (variable: string, sentence: string) => void = refuse,
): Partial<OptionsOf<Table>> {
  const found: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(table)) {
    const text = spec.env === null ? undefined : env[spec.env];
    if (spec.env === null || text === undefined || text.trim() === '') continue;
    const value: unknown = spec.parse(text);
    if (value !== undefined && spec.accepts(value)) found[name] = value;
    else onInvalid(spec.env, `${spec.env} must be ${spec.rule}, got ${shownValue(spec, text)}`);
  }
  return found as Partial<OptionsOf<Table>>;
}

function refuse(_variable: string, sentence: string): never {
  throw new RangeError(sentence);
}

/** Stands for a secret wherever settings are printed. */
export function hidden(): string {
  return '(hidden)';
}

/** Strings in quotes, so that blanks show. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? `an array of ${value.length}` : 'an object';
}

/** A foreign name without what could steer a terminal. */
function printable(name: string): string {
  return cut(name.replace(/\p{Cc}/gu, '?'));
}

const longestShown = 200;

function cut(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
