import { goodNames, ruleBrokenIn } from './otel-values.ts';
import { everyOtelVariable } from './otel-variables.ts';
import { bootstrapOptionTable } from './options.ts';
import type { ReadOptions } from './options.ts';
import { headersText } from './otlp-options.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Variables as OpenTelemetry's parts are to find them; undefined for one that is to be unset. */
export type EnvPatch = Readonly<Record<string, string | undefined>>;

/**
 * What differs between the environment and the settings in force, in OpenTelemetry's own spelling:
 * bad values are taken out, and what a configuration file or code say is put in.
 */
export function envPatch({ options, sources }: ReadOptions, env: Env): EnvPatch {
  const patch: Record<string, string | undefined> = corrected(env);
  const given = {
    serviceName: options.serviceName,
    endpoint: options.endpoint,
    protocol: options.protocol,
    headers: headersText(options.headers),
  };
  for (const name of ['serviceName', 'endpoint', 'protocol', 'headers'] as const) {
    const isGiven = sources[name] === 'file' || sources[name] === 'code';
    if (isGiven) patch[bootstrapOptionTable[name].env!] = given[name];
  }
  const isNamed = /(?:^|,)\s*service\.name\s*=/.test(env['OTEL_RESOURCE_ATTRIBUTES'] ?? '');
  if (isNamed && sources.serviceName === 'file') delete patch['OTEL_SERVICE_NAME'];
  return patch;
}

/** Beside a declarative configuration file only the variables count that it asks for. */
export function declaredPatch(variables: ReadonlySet<string>, env: Env): EnvPatch {
  const hidden = Object.keys(env).filter(
    (name) => name.startsWith('OTEL_') && name !== 'OTEL_CONFIG_FILE' && !variables.has(name),
  );
  return Object.fromEntries(hidden.map((name) => [name, undefined]));
}

/** Without bad values; of a list the good members stay, and names are spelt as they are looked for. */
function corrected(env: Env): Record<string, string | undefined> {
  const patch: Record<string, string | undefined> = {};
  if (!Object.keys(env).some((name) => name.startsWith('OTEL_'))) return patch;
  for (const variable of everyOtelVariable()) {
    const { name, value } = variable;
    const given = env[name];
    // Whoever reads pairs leaves the bad ones out.
    if (given === undefined || value.kind === 'pairs') continue;
    const names = goodNames(given, value).join(',');
    if (names !== '') patch[name] = names;
    else if (ruleBrokenIn(env, variable) !== null) patch[name] = undefined;
  }
  return patch;
}

let patch: EnvPatch = {};

/** From now on `inPatchedEnv` works with this. */
export function usePatch(next: EnvPatch): void {
  patch = next;
}

/**
 * Runs `make`, which makes parts of OpenTelemetry and returns at once, in the patched environment.
 * Outside of it the environment is the application's: what it starts inherits nothing of ours.
 */
export function inPatchedEnv<T>(make: () => T): T {
  const before = Object.keys(patch).map((name) => [name, process.env[name]] as const);
  try {
    for (const [name, value] of Object.entries(patch)) set(name, value);
    return make();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
