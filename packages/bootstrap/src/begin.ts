import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Exporter, SpandrelProcessor } from '@spandrel/processor';
import type { Declaration } from './declared/declaration.ts';
import { watchApiCopies } from './coexistence/api-copies.ts';
import { joinOther } from './coexistence/join.ts';
import { otherToolsLoaded } from './coexistence/other-tools-loaded.ts';
import { watchRefusals } from './coexistence/refusals.ts';
import { registerBeside } from './coexistence/registry.ts';
import { watchEndings } from './endings/endings.ts';
import { hurry } from './exporter/haste.ts';
import { exporterFromEnv } from './exporter/exporter.ts';
import type { SpansGo } from './exporter/exporter.ts';
import { hookModeFor, installHooks } from './hooks/hooks.ts';
import { Instrumentations } from './instrumentations/instrumentations.ts';
import { instrumentationTable } from './instrumentations/table.ts';
import { Late } from './late.ts';
import { load } from './load.cts';
import type { LateMetrics } from './roads/late-metrics.ts';
import { processorOptionsOf } from './settings/options.ts';
import type { BootstrapOptions, ReadOptions } from './settings/options.ts';
import { declaredPatch, envPatch, inPatchedEnv, usePatch } from './settings/patched-env.ts';
import type { EnvPatch } from './settings/patched-env.ts';
import { SettingError } from './settings/setting-error.ts';
import { isSdkDisabled, isStrict, readSettings } from './settings/settings.ts';
import { Spandrel } from './running.ts';
import { say } from './say.ts';
import { attend } from './watchdog/attend.ts';
import { loadedPackages } from './watchdog/loaded-packages.ts';

/** What a road to a running SDK is given. */
export interface Departure {
  readonly processor: Late<SpandrelProcessor>;
  readonly serviceName: string | undefined;
}

/** What it gives back; neither rejects. */
export interface Arrival {
  /** Of metrics and logs; the processor flushes spans. */
  readonly flushMetrics: () => Promise<void>;
  /** Where the tracing SDK comes later than the instrumentations. */
  readonly lateTraces?: Late<TracerProvider>;
  /** Where the metrics SDK comes later than the instrumentations; null where nothing is measured. */
  readonly lateMetrics?: LateMetrics | null;
  /** Also shuts the processor down. */
  readonly shutdown: () => Promise<void>;
}

/** A way to register an SDK whose only processor is ours: the whole Node SDK, or what the preload needs of it. */
export type Road = (departure: Departure) => Arrival;

export interface BeginConfig extends BootstrapOptions {
  readonly serviceName?: string;
  readonly exporter?: SpanExporter;
  /** The declarative configuration file that the road is made of. */
  readonly declaration?: Declaration;
  /** Where that sends spans, instead of what the variables say. */
  readonly spans?: SpansGo;
  /** Made by the application, instead of the table's. */
  readonly ownInstrumentations?: readonly Instrumentation[];
}

/** One per process, whichever copy of this package (CommonJS, ESM, bundle) came first. */
const slot = Symbol.for('@spandrel/bootstrap/running/v1');
const globals = globalThis as unknown as { [slot]?: Spandrel };

/** What is running already, whoever started it. */
export function running(): Spandrel | undefined {
  return globals[slot];
}

/**
 * Starts by the given road, once per process. Where something is wrong nothing is started, the
 * application runs without us, and a line says so. Never throws.
 */
export function begin(config: BeginConfig, road: Road): Spandrel {
  const spandrel = (globals[slot] ??= new Spandrel());
  if (spandrel.isRunning) return spandrel;
  try {
    go(spandrel, config, road);
  } catch (error) {
    const refusal = error instanceof Error ? error.message : String(error);
    const isSetting = error instanceof SettingError;
    refuse({ refusal, isStrict: isSetting && isStrict(config, process.env) });
  }
  return spandrel;
}

function go(spandrel: Spandrel, config: BeginConfig, road: Road): void {
  const { serviceName, exporter, declaration, spans, ownInstrumentations: own, ...given } = config;
  const before = loadedPackages();
  const settings = readSettings(given, process.env);
  if (settings.refusal !== null) return refuse(settings);
  const { options, warnings } = settings;
  for (const warning of warnings) say(warning);
  if (!options.enabled || isSdkDisabled(process.env)) return;
  const { esmHooks, quiet } = options;
  const makeProcessor = (to?: Exporter<never>): SpandrelProcessor => {
    const { SpandrelProcessor } = load<typeof import('./processor.ts')>('processor');
    return new SpandrelProcessor({
      ...processorOptionsOf(options),
      ...(to === undefined ? {} : { exporter: to }),
      onFinding: (event) => spandrel.tell(event),
      onTrouble: (what) => say(what),
    });
  };
  const others = otherToolsLoaded(before);
  if (joinOther({ spandrel, isQuiet: quiet, others, makeProcessor })) return;
  usePatch(patchOf(settings, declaration, { ...process.env }));
  const way: SpansGo =
    exporter === undefined
      ? (spans ?? inPatchedEnv(() => exporterFromEnv(process.env)))
      : { exporter, description: 'the given exporter' };
  const out = way.exporter ?? discard;
  const processor = new Late('spans', () => makeProcessor(out));
  const { flushMetrics, shutdown, lateTraces, lateMetrics } = inPatchedEnv(() =>
    registerBeside(() => road({ processor, serviceName })),
  );
  watchRefusals();
  watchApiCopies();
  const table = own === undefined ? instrumentationTable : [];
  const watched = new Instrumentations({ options, table, lateTraces, lateMetrics });
  for (const instrumentation of own ?? []) watched.add(instrumentation);
  const hookMode = hookModeFor(esmHooks);
  installHooks(watched, hookMode);
  watched.listen();
  const unwatch = watchEndings({
    ...way,
    exporter: out,
    processor: () => processor.made,
    flushMetrics,
    options,
  });
  let stopping: Promise<void> | undefined;
  const { record, stop } = attend({
    processor,
    instrumentations: watched,
    given: own,
    service: (serviceName ?? declaration?.service ?? options.serviceName) || 'this process',
    destination: way.description,
    hookMode,
    before,
    others,
    isQuiet: quiet,
  });
  spandrel.run({
    get processor() {
      return processor.now;
    },
    get counts() {
      return processor.made?.counts;
    },
    isQuiet: quiet,
    record,
    flush: () => held(Promise.allSettled([processor.made?.forceFlush(), flushMetrics()])),
    shutdown: () => {
      if (stopping !== undefined) return stopping;
      stop();
      hurry(true);
      const stopped = shutdown().finally(() => {
        hurry(false);
        unwatch();
      });
      return (stopping = held(stopped, options.flushTimeoutMs));
    },
  });
}

/** What OpenTelemetry's parts are to find in their environment. */
function patchOf(
  settings: ReadOptions,
  declaration: Declaration | undefined,
  env: NodeJS.ProcessEnv,
): EnvPatch {
  if (declaration === undefined) return envPatch(settings, env);
  return declaredPatch(declaration.variables, env);
}

/** A setting is wrong: the application runs without us, or where that is wanted not at all. */
function refuse({ refusal, isStrict }: { refusal: string; isStrict: boolean }): void {
  const consequence = isStrict
    ? 'SPANDREL_STRICT ends the process'
    : 'the application runs without it';
  say(`not started: ${refusal}; ${consequence}`);
  if (isStrict) process.exit(1);
}

/** Our own connections do not keep the process; someone who waits for them does, so long at most. */
async function held(work: Promise<unknown>, mostMs = 2 ** 31 - 1): Promise<void> {
  let hold: NodeJS.Timeout | undefined;
  const deadline = new Promise((resolve) => {
    hold = setTimeout(resolve, mostMs);
  });
  await Promise.race([work, deadline]);
  clearTimeout(hold);
}

/** `OTEL_TRACES_EXPORTER=none`: judged all the same, and let go. */
const discard = {
  export(_spans: never[], done: (result: { code: number }) => void): void {
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};
