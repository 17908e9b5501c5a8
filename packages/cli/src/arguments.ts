import { parseArgs } from 'node:util';

/** One option of a command: its type, default, check and help, and nowhere else. */
export type OptionSpec =
  | { readonly type: 'boolean'; readonly help: string }
  | {
      readonly type: 'integer';
      /** Bounds, both allowed. */
      readonly least: number;
      readonly most: number;
      readonly default: number;
      /** Stands for the value in the help, such as `N`. */
      readonly placeholder: string;
      readonly help: string;
    }
  | {
      readonly type: 'text';
      readonly placeholder: string;
      readonly help: string;
    }
  | {
      readonly type: 'choice';
      readonly choices: readonly string[];
      /** Left out where nothing is chosen by default. */
      readonly default?: string;
      readonly placeholder: string;
      readonly help: string;
    }
  | {
      /** An option whose check and default stand in another table; absent unless given. */
      readonly type: 'setting';
      readonly setting: Setting;
      readonly placeholder: string;
    };

/** What is needed of an option of the engine's table. */
export interface Setting {
  readonly default: unknown;
  readonly doc: string;
  /** As in "must be <rule>". */
  readonly rule: string;
  readonly parse: (text: string) => unknown;
  readonly accepts: (value: never) => boolean;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<Spec extends OptionSpec> = Spec extends { type: 'boolean' }
  ? boolean
  : Spec extends { type: 'integer' }
    ? number
    : Spec extends { type: 'choice'; default: string }
      ? Spec['choices'][number]
      : Spec extends { type: 'choice' }
        ? Spec['choices'][number] | undefined
        : Spec extends { type: 'text' }
          ? string | undefined
          : unknown;

export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: ValueOf<Specs[Name]>;
};

/** What stands on the command line beside the options, such as files; any number of them. */
export interface Operands {
  readonly placeholder: string;
  readonly help: string;
  /** They are a command with arguments of its own: our options stand before it, none behind. */
  readonly areCommand?: boolean;
}

/** Bad usage: the message is one line that names the option and the value; the exit code is 2. */
export class UsageError extends Error {}

export interface Arguments<Specs extends OptionSpecs> {
  readonly values: OptionValues<Specs>;
  readonly operands: readonly string[];
}

/**
 * Reads `args` (what stands after the command) against the table. Switches are false, numbers and
 * choices their default and the others undefined unless given; of an option given twice the last
 * counts. Behind `--` all are operands, `-` always is. Throws `UsageError`, for operands too unless
 * `takesOperands`.
 */
export function parseArguments<Specs extends OptionSpecs>(
  specs: Specs,
  args: readonly string[],
  takesOperands = false,
): Arguments<Specs> {
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) values[name] = defaultOf(spec);
  const operands: string[] = [];
  const options = optionTypes(specs);
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (!takesOperands) throw new UsageError(`unexpected argument ${token.value}`);
      operands.push(token.value);
    }
    if (token.kind === 'option') {
      const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
      if (spec === undefined) throw new UsageError(`unknown option ${token.rawName}`);
      values[token.name] = valueOf(token.rawName, spec, token.value);
    }
  }
  return { values: values as OptionValues<Specs>, operands };
}

/**
 * Parts `args` before the command in them: at the first word that is no option and no option's
 * value, or behind `--`. What stands behind is not looked at.
 */
export function splitAtCommand(
  specs: OptionSpecs,
  args: readonly string[],
): { readonly own: readonly string[]; readonly command: readonly string[] } {
  const { tokens } = parseArgs({
    args: [...args],
    options: optionTypes(specs),
    strict: false,
    tokens: true,
  });
  const first = tokens.find(({ kind }) => kind !== 'option');
  if (first === undefined) return { own: args, command: [] };
  const from = first.kind === 'option-terminator' ? first.index + 1 : first.index;
  return { own: args.slice(0, first.index), command: args.slice(from) };
}

function optionTypes(specs: OptionSpecs) {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { type }]) => {
      return [name, { type: type === 'boolean' ? ('boolean' as const) : ('string' as const) }];
    }),
  );
}

function defaultOf(spec: OptionSpec): unknown {
  if (spec.type === 'boolean') return false;
  return spec.type === 'integer' || spec.type === 'choice' ? spec.default : undefined;
}

function valueOf(name: string, spec: OptionSpec, given: string | undefined): unknown {
  if (spec.type === 'boolean') {
    if (given !== undefined) throw new UsageError(`${name} takes no value, got ${given}`);
    return true;
  }
  const value = given === undefined ? undefined : read(spec, given);
  if (value !== undefined) return value;
  const got = given === undefined ? 'nothing' : given || "''";
  throw new UsageError(`${name} must be ${ruleOf(spec)}, got ${got}`);
}

type WithValue = Exclude<OptionSpec, { type: 'boolean' }>;

/** Undefined for a value that the option's rule forbids. */
function read(spec: WithValue, given: string): unknown {
  switch (spec.type) {
    case 'integer': {
      const number = /^\d+$/.test(given) ? Number(given) : NaN;
      return number >= spec.least && number <= spec.most ? number : undefined;
    }
    case 'text':
      return given === '' ? undefined : given;
    case 'choice':
      return spec.choices.includes(given) ? given : undefined;
    case 'setting': {
      const value = spec.setting.parse(given);
      return spec.setting.accepts(value as never) ? value : undefined;
    }
  }
}

function ruleOf(spec: WithValue): string {
  switch (spec.type) {
    case 'integer':
      return `a whole number from ${spec.least} to ${spec.most}`;
    case 'text':
      return `a ${spec.placeholder.toLowerCase()}`;
    case 'choice':
      return `one of ${spec.choices.join(', ')}`;
    case 'setting':
      return spec.setting.rule;
  }
}

/** The options as lines of help: name, meaning, default. */
export function optionsHelp(specs: OptionSpecs): string {
  return columns(
    Object.entries(specs).map(([name, spec]) => [usageOf(name, spec), meaningOf(spec)]),
  );
}

function usageOf(name: string, spec: OptionSpec): string {
  return spec.type === 'boolean' ? `--${name}` : `--${name} ${spec.placeholder}`;
}

function meaningOf(spec: OptionSpec): string {
  if (spec.type === 'setting') {
    const { doc, default: value } = spec.setting;
    const meaning = doc.charAt(0).toLowerCase() + doc.slice(1).replace(/\.$/, '');
    return Array.isArray(value) ? meaning : `${meaning} (default ${String(value)})`;
  }
  if (!('default' in spec) || spec.default === undefined) return spec.help;
  return `${spec.help} (default ${spec.default})`;
}

/** Two columns, indented, the first as wide as its widest. */
export function columns(rows: readonly (readonly [string, string] | string[])[]): string {
  const width = Math.max(...rows.map(([left]) => left!.length));
  return rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`).join('\n');
}
