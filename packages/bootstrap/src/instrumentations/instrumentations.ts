import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { MeterProvider } from '@opentelemetry/api';
import type { Instrumentation, InstrumentationBase } from '@opentelemetry/instrumentation';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import type { Late } from '../late.ts';
import { loadInstrumentation } from '../load.cts';
import type { LateMetrics } from '../roads/late-metrics.ts';
import { say } from '../say.ts';
import type { ResolvedBootstrapOptions } from '../settings/options.ts';
import { chosenRows, namedOthers } from './choice.ts';
import { fromApplication, instrumentationOf } from './from-application.ts';
import { instrumentationTable } from './table.ts';
import type { InstrumentationFile, InstrumentationRow } from './table.ts';

export interface InstrumentationsConfig {
  readonly options: ResolvedBootstrapOptions;
  readonly table?: readonly InstrumentationRow[];
  /** Where the tracing SDK comes later; they get their tracers then. */
  readonly lateTraces?: Late<TracerProvider>;
  /** Where the metrics SDK comes later; they get their meters then. Null where nothing is measured. */
  readonly lateMetrics?: LateMetrics | null;
}

/**
 * The instrumentations of this process, each loaded when its target is first asked for. Nothing
 * here throws: one that cannot be loaded costs its own spans and one line.
 */
export class Instrumentations {
  readonly #options: ResolvedBootstrapOptions;
  readonly #rows = new Map<string, InstrumentationRow>();
  readonly #table: readonly InstrumentationRow[];
  readonly #made = new Map<string, Instrumentation>();
  readonly #broken: string[] = [];
  /** Rows that had nothing to make in this process. */
  readonly #empty = new Set<string>();
  readonly #lateMetrics: LateMetrics | null | undefined;
  #meterProvider: MeterProvider | undefined;

  constructor(config: InstrumentationsConfig) {
    const { options, table = instrumentationTable, lateTraces, lateMetrics } = config;
    this.#options = options;
    this.#lateMetrics = lateMetrics;
    this.#table = chosenRows(table, options);
    for (const row of this.#table) for (const name of row.modules) this.#rows.set(name, row);
    for (const name of namedOthers(instrumentationTable, options)) this.#addNamed(name);
    lateTraces?.onMade((provider) => {
      for (const made of this.#made.values()) made.setTracerProvider(provider);
    });
    lateMetrics?.provider.onMade((provider) => this.#metricsCame(provider));
  }

  /** One that the application made itself; its modules are watched, nothing is loaded for it. */
  add(instrumentation: Instrumentation): void {
    const name = instrumentation.instrumentationName;
    const modules = definitionsOf(instrumentation).map((definition) => definition.name);
    for (const module of modules) this.#rows.set(module, { name, modules, supports: '', file: '' });
    this.#made.set(name, instrumentation);
  }

  /** Another of OpenTelemetry's set, or any package that exports one, if the application has it. */
  #addNamed(name: string): void {
    const packageName = name.includes('/') ? name : `@opentelemetry/instrumentation-${name}`;
    try {
      const exported = fromApplication<Record<string, unknown>>(packageName);
      if (exported === undefined) throw new Error(`${packageName} is not installed`);
      this.add(instrumentationOf(exported) as Instrumentation);
    } catch (error) {
      this.#complain(name, error);
    }
  }

  /** All modules that are watched. */
  get modules(): readonly string[] {
    return [...this.#rows.keys()];
  }

  /** Names of those that have been loaded, in the order of their use. */
  get active(): readonly string[] {
    return [...this.#made.keys()];
  }

  /** Names of those that could not be loaded. */
  get broken(): readonly string[] {
    return this.#broken;
  }

  /** True for a module whose instrumentation is loaded already. */
  has(moduleName: string): boolean {
    const row = this.#rows.get(moduleName);
    return row !== undefined && this.#made.has(row.name);
  }

  /** True for a module whose instrumentation has not been asked for yet. */
  waitsFor(moduleName: string): boolean {
    const row = this.#rows.get(moduleName);
    if (row === undefined || this.#made.has(row.name) || this.#empty.has(row.name)) return false;
    return !this.#broken.includes(row.name) && !row.unless?.some((name) => this.#made.has(name));
  }

  /** Loads the instrumentation of a module that `waitsFor` it. False when it could not be loaded. */
  bring(moduleName: string): boolean {
    const row = this.#rows.get(moduleName);
    return row !== undefined && this.#make(row) !== undefined;
  }

  /** Has those come that need no import: with a message, or with the metrics SDK. */
  listen(): void {
    for (const row of this.#table) {
      for (const channel of row.channels ?? []) this.#awaitMessage(row, channel);
      if (row.measures === true && this.#lateMetrics === undefined) this.#make(row);
    }
  }

  #awaitMessage(row: InstrumentationRow, channel: string): void {
    const onFirst = (message: unknown): void => {
      unsubscribe(channel, onFirst);
      const made = this.#made.get(row.name) ?? this.#make(row);
      if (made !== undefined) this.#fileOf(row).replay?.(made, channel, message);
    };
    subscribe(channel, onFirst);
  }

  #fileOf(row: InstrumentationRow): InstrumentationFile {
    return loadInstrumentation<InstrumentationFile>(row.file);
  }

  #make(row: InstrumentationRow): Instrumentation | undefined {
    try {
      const create = (): Instrumentation | undefined => this.#fileOf(row).create(this.#options);
      const made = this.#lateMetrics ? this.#lateMetrics.quietly(create) : create();
      if (made === undefined) {
        this.#empty.add(row.name);
        return undefined;
      }
      if (this.#meterProvider !== undefined) made.setMeterProvider(this.#meterProvider);
      this.#made.set(row.name, made);
      this.#disableThoseOf(row.name);
      return made;
    } catch (error) {
      this.#complain(row.name, error);
      return undefined;
    }
  }

  /** Those that are not wanted beside this one, where they came first. */
  #disableThoseOf(name: string): void {
    for (const row of this.#table) {
      if (row.unless?.includes(name) !== true) continue;
      this.#made.get(row.name)?.disable();
      this.#made.delete(row.name);
    }
  }

  #complain(name: string, error: unknown): void {
    this.#broken.push(name);
    const message = error instanceof Error ? error.message : String(error);
    say(`${name} is not instrumented: ${message}`);
  }

  #metricsCame(provider: MeterProvider): void {
    this.#meterProvider = provider;
    for (const made of this.#made.values()) made.setMeterProvider(provider);
    for (const row of this.#table) if (row.measures === true) this.#make(row);
  }
}

function definitionsOf(instrumentation: Instrumentation): readonly { readonly name: string }[] {
  const { getModuleDefinitions } = instrumentation as Partial<InstrumentationBase>;
  return getModuleDefinitions?.call(instrumentation as InstrumentationBase) ?? [];
}
