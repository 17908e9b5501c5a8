import { optionsFromEnv } from '@spandrel/engine';
import { noConfigFile, readConfigFile } from './config-file.ts';
import { bootstrapOwnOptionTable, hasDeclaration, readOptions } from './options.ts';
import type { BootstrapOptions, ReadOptions } from './options.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The settings of this process, or why there are none. */
export type Settings =
  | (ReadOptions & { readonly refusal: null; readonly file: string | null })
  | {
      /** One sentence: the setting, the rule, the value, and where it came from. */
      readonly refusal: string;
      /** Whether the process is to end for it. */
      readonly isStrict: boolean;
    };

/**
 * Default < configuration file < environment < code (`given`). Where the environment or code switch
 * us off, the file is not even looked for. Never throws.
 */
export function readSettings(
  given: BootstrapOptions,
  environment: Env,
  cwd = workingDirectory(),
): Settings {
  // Each look into process.env itself asks the system.
  const env = { ...environment };
  let file = noConfigFile;
  try {
    if (!isOff(given, env) && cwd !== null) file = readConfigFile(env, cwd);
    return { ...readOptions(given, env, file), refusal: null, file: file.path };
  } catch (error) {
    const refusal = error instanceof Error ? error.message : String(error);
    return { refusal, isStrict: isStrict(given, env, file) };
  }
}

/** Null where it was removed. */
function workingDirectory(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}

/** Whether environment or code switch us off, before anything else is read. */
export function isOff(given: BootstrapOptions, env: Env): boolean {
  return (given.enabled ?? switches(env).enabled ?? true) === false || isSdkDisabled(env);
}

/** Whether a wrong setting is to end the process. */
export function isStrict(given: BootstrapOptions, env: Env, file = noConfigFile): boolean {
  return (given.strict ?? switches(env).strict ?? file.values['strict']) === true;
}

/** Those that count before everything else; what is wrong with them is said later. */
function switches(env: Env): BootstrapOptions {
  const { enabled, strict } = bootstrapOwnOptionTable;
  return optionsFromEnv({ enabled, strict }, env, () => undefined);
}

/** `OTEL_SDK_DISABLED`, which does not count beside a declarative configuration file. */
export function isSdkDisabled(env: Env): boolean {
  if (hasDeclaration(env)) return false;
  return env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
}
