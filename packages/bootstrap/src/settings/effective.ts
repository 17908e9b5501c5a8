import { hidden, shownValue } from '@spandrel/engine';
import { bootstrapOptionTable, hasDeclaration } from './options.ts';
import type { BootstrapOptions, OptionName, Source } from './options.ts';
import { ruleBrokenIn, shownAddress } from './otel-values.ts';
import { everyOtelVariable } from './otel-variables.ts';
import { readSettings } from './settings.ts';

/** One option as it counts; `shown` is fit to be printed, secrets are not in it. */
export interface EffectiveSetting {
  readonly name: OptionName;
  readonly shown: string;
  readonly source: Source;
  /** The variable that sets it; null for none. */
  readonly env: string | null;
  readonly doc: string;
}

/** One `OTEL_*` variable that is set. */
export interface EffectiveVariable {
  readonly name: string;
  readonly shown: string;
  /** False where nobody reads it, its value is wrong, or `OTEL_CONFIG_FILE` has the word. */
  readonly counts: boolean;
}

export interface EffectiveSettings {
  /** Why nothing would be started; null when all is well. The lists are empty then. */
  readonly refusal: string | null;
  /** The configuration file that was read; null for none. */
  readonly file: string | null;
  /** In the order of the table. */
  readonly settings: readonly EffectiveSetting[];
  readonly variables: readonly EffectiveVariable[];
  readonly warnings: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Every option with its value and where it comes from, as a process in `cwd` with this environment
 * would have them. Runs the configuration file, if that is a module. Never throws.
 */
export function effectiveSettings(
  given: BootstrapOptions = {},
  env: Env = process.env,
  cwd?: string,
): EffectiveSettings {
  const read = readSettings(given, env, cwd);
  const variables = effectiveVariables(env);
  if (read.refusal !== null) {
    return { refusal: read.refusal, file: null, settings: [], variables, warnings: [] };
  }
  const { options, sources, warnings, file } = read;
  const settings = (Object.keys(bootstrapOptionTable) as OptionName[]).map((name) => {
    const spec = bootstrapOptionTable[name];
    const shown = shownWhole(name, options[name]);
    return { name, shown, source: sources[name], env: spec.env, doc: spec.doc };
  });
  return { refusal: null, file, settings, variables, warnings };
}

function shownWhole(name: OptionName, value: unknown): string {
  const spec = bootstrapOptionTable[name];
  if (value === spec.default) return printed(value);
  return spec.shown === undefined ? printed(value) : shownValue(spec, value);
}

function printed(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function effectiveVariables(env: Env): EffectiveVariable[] {
  const hasFile = hasDeclaration(env);
  return everyOtelVariable().flatMap((variable) => {
    const { name, value, by } = variable;
    const given = env[name]?.trim() ?? '';
    if (given === '') return [];
    const isRead = by !== null && (!hasFile || name === 'OTEL_CONFIG_FILE');
    const counts = isRead && ruleBrokenIn(env, variable) === null;
    const isSecret = value.kind === 'pairs' && value.secret;
    const shown = value.kind === 'address' ? shownAddress(given) : given;
    return [{ name, shown: isSecret ? hidden() : shown, counts }];
  });
}
