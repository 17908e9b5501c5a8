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
    };

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name]['type'] extends 'boolean' ? boolean : number;
};

/** Bad usage: the message is one line that names the option and the value; the exit code is 2. */
export class UsageError extends Error {}

/**
 * Reads `args` (what stands after the command) against the table. Switches are false and numbers
 * their default unless given; of an option given twice the last counts.
 */
export function parseOptions<Specs extends OptionSpecs>(
  specs: Specs,
  args: readonly string[],
): OptionValues<Specs> {
  const values: Record<string, boolean | number> = {};
  for (const [name, spec] of Object.entries(specs)) {
    values[name] = spec.type === 'boolean' ? false : spec.default;
  }
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type }]) => {
      return [name, { type: type === 'boolean' ? ('boolean' as const) : ('string' as const) }];
    }),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`unexpected argument ${token.value}`);
    if (token.kind === 'option') {
      const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
      if (spec === undefined) throw new UsageError(`unknown option ${token.rawName}`);
      values[token.name] = valueOf(token.rawName, spec, token.value);
    }
  }
  return values as OptionValues<Specs>;
}

function valueOf(name: string, spec: OptionSpec, given: string | undefined): boolean | number {
  if (spec.type === 'boolean') {
    if (given !== undefined) throw new UsageError(`${name} takes no value, got ${given}`);
    return true;
  }
  const value = given !== undefined && /^\d+$/.test(given) ? Number(given) : NaN;
  if (value >= spec.least && value <= spec.most) return value;
  const rule = `must be a whole number from ${spec.least} to ${spec.most}`;
  throw new UsageError(`${name} ${rule}, got ${given === undefined ? 'nothing' : given || "''"}`);
}

/** The options as lines of help: name, meaning, default. */
export function optionsHelp(specs: OptionSpecs): string {
  return columns(
    Object.entries(specs).map(([name, spec]) =>
      spec.type === 'boolean'
        ? [`--${name}`, spec.help]
        : [`--${name} ${spec.placeholder}`, `${spec.help} (default ${spec.default})`],
    ),
  );
}

/** Two columns, indented, the first as wide as its widest. */
export function columns(rows: readonly (readonly [string, string] | string[])[]): string {
  const width = Math.max(...rows.map(([left]) => left!.length));
  return rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`).join('\n');
}
