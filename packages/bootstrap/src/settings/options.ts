import {
  didYouMean,
  flag,
  nameList,
  notAnOption,
  optionsFromEnv,
  positiveNumber,
  refusalOf,
  resolveOptions,
  shownValue,
} from '@spandrel/engine';
import type { OptionsOf } from '@spandrel/engine';
import { processorOptionTable } from '@spandrel/processor';
import type { ResolvedProcessorOptions } from '@spandrel/processor';
import { noConfigFile } from './config-file.ts';
import type { ConfigFile } from './config-file.ts';
import { esmHooks } from './esm-hooks.ts';
import { isAddress, otelWarnings, ownVariables, speaksGrpc } from './otel-values.ts';
import { addressRule, endpoint, headers, protocol, serviceName } from './otlp-options.ts';
import { requestIdHeader } from './request-id-header.ts';
import { spoolOptions } from './spool-options.ts';
import { SettingError } from './setting-error.ts';

/** The bootstrap's own options; everything else is the processor's and the engine's. */
export const bootstrapOwnOptionTable = {
  enabled: flag(true, {
    env: 'SPANDREL_ENABLED',
    doc: 'False: nothing of Spandrel or OpenTelemetry is started.',
  }),
  strict: flag(false, {
    env: 'SPANDREL_STRICT',
    doc: 'A setting that is refused ends the process with exit code 1; otherwise the application runs without us. Unknown names are refused, too.',
  }),
  esmHooks,
  instrumentations: nameList({
    env: 'SPANDREL_INSTRUMENTATIONS',
    doc: 'Further instrumentations, which the application has installed: `kafkajs` for `@opentelemetry/instrumentation-kafkajs`, or the name of a package.',
  }),
  enabledInstrumentations: nameList({
    env: 'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
    doc: 'Only these are loaded, by the names in the table of what is instrumented. None given: all.',
  }),
  disabledInstrumentations: nameList({
    env: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    doc: 'These are not loaded.',
  }),
  quiet: flag(false, {
    env: 'SPANDREL_QUIET',
    doc: 'No line at the start and none for findings; trouble is still told.',
  }),
  requestIdHeader,
  flushTimeoutMs: positiveNumber(2000, {
    env: 'SPANDREL_FLUSH_TIMEOUT_MS',
    doc: 'Longest time the end of the process waits for spans to be sent, in milliseconds.',
  }),
  ...spoolOptions,
  serviceName,
  endpoint,
  protocol,
  headers,
};

/** Everything that can be set. */
export const bootstrapOptionTable = { ...bootstrapOwnOptionTable, ...processorOptionTable };

export type ResolvedBootstrapOptions = OptionsOf<typeof bootstrapOptionTable>;
export type BootstrapOptions = Partial<ResolvedBootstrapOptions>;
export type OptionName = keyof ResolvedBootstrapOptions;

/** What of them the processor is given. */
export function processorOptionsOf(options: ResolvedBootstrapOptions): ResolvedProcessorOptions {
  const names = Object.keys(processorOptionTable) as (keyof ResolvedProcessorOptions)[];
  return Object.fromEntries(
    names.map((name) => [name, options[name]]),
  ) as unknown as ResolvedProcessorOptions;
}

/** Variables that are no options: other parts of the project read them. */
const foreignVariables = new Set(['SPANDREL_CACHE_DIR', 'SPANDREL_CONFIG_FILE']);

type Env = Readonly<Record<string, string | undefined>>;

/** Throws a `RangeError` that names the option, the rule and the value. */
export function checkOptions(given: BootstrapOptions): void {
  resolveOptions(bootstrapOptionTable, given);
}

/** Where the value of an option comes from. */
export type Source = 'default' | 'file' | 'environment' | 'code';

export interface ReadOptions {
  readonly options: ResolvedBootstrapOptions;
  readonly sources: Readonly<Record<OptionName, Source>>;
  /** Things worth a line that do not keep us from starting. */
  readonly warnings: readonly string[];
}

/**
 * Default < file < environment < code. Throws a `SettingError` that names the setting, the rule and
 * the value; a bad `OTEL_*` value only warns and is ignored, as OpenTelemetry's specification asks.
 * What a layer says must be right even where a later one wins.
 */
export function readOptions(
  given: BootstrapOptions,
  environment: Env,
  file: ConfigFile = noConfigFile,
): ReadOptions {
  const env = hasDeclaration(environment) ? withoutOtel(environment) : environment;
  const warnings: string[] = [...file.warnings];
  const unknown: string[] = [];
  const fromFile = optionsFromFile(file, unknown);
  const fromEnv = optionsFromEnv(bootstrapOptionTable, env, (variable, sentence) => {
    if (!variable.startsWith('OTEL_')) throw new SettingError(sentence);
    if (ownVariables.test(variable)) warnings.push(`${sentence}; using the default`);
  });
  unknown.push(...unknownVariables(env));
  warnings.push(...otelWarnings(env));
  const code = withoutUndefined(given);
  const [first] = unknown;
  const layers = { file: fromFile, environment: fromEnv, code };
  if (first !== undefined && { ...fromFile, ...fromEnv, ...code }.strict === true) {
    throw new SettingError(first);
  }
  for (const sentence of unknown) warnings.push(`ignored: ${sentence}`);
  const options = resolved(layers);
  const sources = sourcesOf(layers);
  if (sources.endpoint !== 'environment' && needsGrpc(options, env)) {
    const place = sources.endpoint === 'file' ? `${file.shown}: ` : '';
    const got = shownValue(endpoint, options.endpoint);
    throw new SettingError(`${place}endpoint must be ${addressRule} without grpc, got ${got}`);
  }
  return { options, sources, warnings };
}

/** `host:port` says nothing to the other protocols. */
function needsGrpc({ endpoint: given, protocol: spoken }: ResolvedBootstrapOptions, env: Env) {
  return given !== '' && !isAddress(given) && spoken !== 'grpc' && !speaksGrpc(env);
}

/** Whether OpenTelemetry's declarative configuration file has the word: its other variables do not count. */
export function hasDeclaration(env: Env): boolean {
  return (env['OTEL_CONFIG_FILE']?.trim() ?? '') !== '';
}

function withoutOtel(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OTEL_')));
}

type Layers = Readonly<Record<Exclude<Source, 'default'>, BootstrapOptions>>;

function resolved({ file, environment, code }: Layers): ResolvedBootstrapOptions {
  return resolveOptions(bootstrapOptionTable, { ...file, ...environment, ...code });
}

function sourcesOf(layers: Layers): Record<OptionName, Source> {
  const sources: Partial<Record<OptionName, Source>> = {};
  for (const name of Object.keys(bootstrapOptionTable) as OptionName[]) {
    const [source = 'default'] = (['code', 'environment', 'file'] as const).filter(
      (layer) => layers[layer][name] !== undefined,
    );
    sources[name] = source;
  }
  return sources as Record<OptionName, Source>;
}

/** What the file says; names that are none are told to `unknown`. */
function optionsFromFile(file: ConfigFile, unknown: string[]): BootstrapOptions {
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(file.values)) {
    if (name === '$schema' || value === undefined) continue;
    if (!Object.hasOwn(bootstrapOptionTable, name)) {
      unknown.push(`${file.shown}: ${notAnOption(name, bootstrapOptionTable)}`);
      continue;
    }
    const refusal = refusalOf(name, bootstrapOptionTable[name as OptionName], value);
    if (refusal !== null) throw new SettingError(`${file.shown}: ${refusal}`);
    found[name] = value;
  }
  return found as BootstrapOptions;
}

function unknownVariables(env: Env): string[] {
  const known = new Set([
    ...Object.values(bootstrapOptionTable).flatMap(({ env: variable }) => variable ?? []),
    ...foreignVariables,
  ]);
  return Object.keys(env)
    .filter((variable) => variable.startsWith('SPANDREL_') && !known.has(variable))
    .map((variable) => `${variable} is not a setting${didYouMean(variable, known)}`);
}

function withoutUndefined(given: BootstrapOptions): BootstrapOptions {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
