import { flag, optionsFromEnv, positiveNumber, resolveOptions } from '@spandrel/engine';
import type { OptionsOf } from '@spandrel/engine';
import { processorOptionTable } from '@spandrel/processor';
import type { ResolvedProcessorOptions } from '@spandrel/processor';
import { nameList } from './name-list.ts';
import { requestIdHeader } from './request-id-header.ts';

/** The bootstrap's own options; everything else is the processor's and the engine's. */
export const bootstrapOwnOptionTable = {
  enabled: flag(true, {
    env: 'SPANDREL_ENABLED',
    doc: 'False: nothing of Spandrel or OpenTelemetry is started.',
  }),
  esmHooks: flag(true, {
    env: 'SPANDREL_ESM_HOOKS',
    doc: 'Instrument modules that are loaded with `import`, where the Node.js release supports it.',
  }),
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
};

/** Everything that can be set. */
export const bootstrapOptionTable = { ...bootstrapOwnOptionTable, ...processorOptionTable };

export type ResolvedBootstrapOptions = OptionsOf<typeof bootstrapOptionTable>;
export type BootstrapOptions = Partial<ResolvedBootstrapOptions>;

/** What of them the processor is given. */
export function processorOptionsOf(options: ResolvedBootstrapOptions): ResolvedProcessorOptions {
  const names = Object.keys(processorOptionTable) as (keyof ResolvedProcessorOptions)[];
  return Object.fromEntries(
    names.map((name) => [name, options[name]]),
  ) as unknown as ResolvedProcessorOptions;
}

/** Variables that other parts of the project read. */
const foreignVariables = new Set(['SPANDREL_CACHE_DIR']);

/** Throws a `RangeError` that names the option, the rule and the value. */
export function checkOptions(given: BootstrapOptions): void {
  resolveOptions(bootstrapOptionTable, given);
}

export interface ReadOptions {
  readonly options: ResolvedBootstrapOptions;
  /** Things worth a line that do not keep us from starting. */
  readonly warnings: readonly string[];
}

/**
 * Default < environment < code. Throws a `RangeError` that names the setting, the rule and the
 * value; a bad `OTEL_*` value only warns and is ignored, as OpenTelemetry's specification asks.
 */
export function readOptions(
  given: BootstrapOptions,
  env: Readonly<Record<string, string | undefined>>,
): ReadOptions {
  const warnings: string[] = [];
  const fromEnv = optionsFromEnv(bootstrapOptionTable, env, (variable, sentence) => {
    if (!variable.startsWith('OTEL_')) throw new RangeError(sentence);
    warnings.push(`${sentence}; using the default`);
  });
  const known = new Set(Object.values(bootstrapOptionTable).map((spec) => spec.env));
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('SPANDREL_') || known.has(variable)) continue;
    if (!foreignVariables.has(variable)) warnings.push(`${variable} is not a setting; ignored`);
  }
  const code = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { options: resolveOptions(bootstrapOptionTable, { ...fromEnv, ...code }), warnings };
}
