import { EventEmitter } from 'node:events';
import { metrics, trace } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Report, Statistics } from '@spandrel/engine';
import { SpandrelProcessor } from '@spandrel/processor';
import type { FindingEvent } from '@spandrel/processor';
import { watchEndings } from './endings.ts';
import { installEsmHooks } from './esm-hooks.ts';
import { exporterFromEnv } from './exporter.ts';
import { findingLine } from './finding-line.ts';
import { defaultInstrumentations } from './instrumentations.ts';
import { checkOptions, readOptions } from './options.ts';
import type { BootstrapOptions } from './options.ts';
import { hookPg } from './pg-hooks.ts';
import { resourceDetectors } from './resource.ts';
import { views } from './views.ts';

export interface StartConfig extends BootstrapOptions {
  /** Default: `OTEL_SERVICE_NAME`. */
  readonly serviceName?: string;
  /** Instead of the default ones (http, express, pg). */
  readonly instrumentations?: readonly Instrumentation[];
  /** Instead of what the `OTEL_*` variables say. */
  readonly exporter?: SpanExporter;
  readonly metricReaders?: readonly IMetricReader[];
}

interface Events {
  finding: [FindingEvent];
}

/** The running toolkit. Listen with `on('finding', ({ finding, service, isNew }) => …)`. */
export class Spandrel extends EventEmitter<Events> {
  readonly #processor: SpandrelProcessor | undefined;
  readonly #sdk: NodeSDK | undefined;
  readonly #unwatch: () => void;

  constructor(processor?: SpandrelProcessor, sdk?: NodeSDK, unwatch: () => void = () => undefined) {
    super();
    this.#processor = processor;
    this.#sdk = sdk;
    this.#unwatch = unwatch;
  }

  /** False when it was switched off, or another SDK was there first. */
  get isRunning(): boolean {
    return this.#processor !== undefined;
  }

  /** Endpoints, problems and counts so far; undefined when not running. */
  report(): Report | undefined {
    return this.#processor?.report();
  }

  /** Endpoints, queries, caches and single requests, for programs; undefined when not running. */
  get statistics(): Statistics | undefined {
    return this.#processor?.statistics;
  }

  /** Sends everything that is ready, spans and metrics. Never rejects. */
  async flush(): Promise<void> {
    await flushAll(this.#processor);
  }

  /** Sends everything and stops. Calling it again does nothing. Never rejects. */
  async shutdown(): Promise<void> {
    this.#unwatch();
    await this.#sdk?.shutdown().catch(() => undefined);
  }
}

/** One per process, whichever copy of this package (CommonJS, ESM) came first. */
const slot = Symbol.for('@spandrel/bootstrap/running/v1');
const globals = globalThis as unknown as { [slot]?: Spandrel };

/**
 * Starts OpenTelemetry with Spandrel in this process: http, express and pg are instrumented, each
 * trace is judged, spans and metrics leave by OTLP as the `OTEL_*` variables say.
 *
 * A second call returns what is running. Where another OpenTelemetry SDK is registered already, or
 * the environment holds a bad setting, nothing is started, and a line says so. Throws a `RangeError`
 * that names it for a bad option in `config` only.
 */
export function start(config: StartConfig = {}): Spandrel {
  const running = globals[slot];
  if (running !== undefined) return running;
  const {
    serviceName: _s,
    instrumentations: _i,
    exporter: _e,
    metricReaders: _m,
    ...given
  } = config;
  checkOptions(given);
  try {
    return (globals[slot] = begin(config));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say(`not started: ${message}; the application runs without it`);
    return (globals[slot] = new Spandrel());
  }
}

function begin(config: StartConfig): Spandrel {
  const { serviceName, instrumentations, exporter, metricReaders, ...given } = config;
  const { options, warnings } = readOptions(given, process.env);
  for (const warning of warnings) say(warning);
  if (!options.enabled || isSdkDisabled()) return new Spandrel();
  const owner = registeredProvider();
  if (owner !== null) {
    say(
      `an OpenTelemetry SDK is running already (${owner}); add SpandrelProcessor to its spanProcessors instead`,
    );
    return new Spandrel();
  }
  const { enabled: _enabled, esmHooks, flushTimeoutMs, ...processorOptions } = options;
  const way =
    exporter === undefined
      ? exporterFromEnv(process.env)
      : { exporter, description: 'the given exporter' };
  if (esmHooks) installEsmHooks();
  const processor = new SpandrelProcessor({
    ...processorOptions,
    exporter: way.exporter ?? discard,
    onFinding: (event) => tell(event),
    onTrouble: (what) => say(what),
  });
  const instruments = [...(instrumentations ?? defaultInstrumentations())];
  hookPg(instruments);
  const sdk = new NodeSDK({
    serviceName,
    spanProcessors: [processor as never],
    instrumentations: instruments,
    views,
    ...(process.env['OTEL_NODE_RESOURCE_DETECTORS'] === undefined ? { resourceDetectors } : {}),
    ...(metricReaders === undefined ? {} : { metricReaders: [...metricReaders] }),
  });
  sdk.start();
  const unwatch = watchEndings({
    flush: () => flushAll(processor),
    timeoutMs: flushTimeoutMs,
    onTimeout: () => sayWhatIsLost(processor, flushTimeoutMs),
  });
  const spandrel = new Spandrel(processor, sdk, unwatch);
  say(
    `watching ${serviceName ?? process.env['OTEL_SERVICE_NAME'] ?? 'this process'}, exporting to ${way.description}`,
  );
  return spandrel;

  function tell(event: FindingEvent): void {
    if (event.isNew && isDevelopment()) say(findingLine(event).replace('spandrel: ', ''));
    for (const listener of spandrel.rawListeners('finding')) tellOne(listener, event);
  }
}

/** A listener that throws or rejects is the application's trouble, not its end. */
function tellOne(listener: (event: FindingEvent) => unknown, event: FindingEvent): void {
  const complain = (error: unknown): void =>
    say(`a listener for findings failed: ${String(error)}`);
  try {
    void Promise.resolve(listener(event)).catch(complain);
  } catch (error) {
    complain(error);
  }
}

function sayWhatIsLost(processor: SpandrelProcessor, timeoutMs: number): void {
  processor.abandon();
  const lost = Object.values(processor.counts.droppedSpans).reduce((sum, count) => sum + count, 0);
  say(`the process ended before all spans were sent (${timeoutMs} ms); ${lost} were given up`);
}

/** `OTEL_TRACES_EXPORTER=none`: judged all the same, and let go. */
const discard = {
  export(_spans: never[], done: (result: { code: number }) => void): void {
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};

async function flushAll(processor: SpandrelProcessor | undefined): Promise<void> {
  const meterProvider = metrics.getMeterProvider() as { forceFlush?: () => Promise<void> };
  await Promise.allSettled([processor?.forceFlush(), meterProvider.forceFlush?.()]);
}

function isSdkDisabled(): boolean {
  return process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
}

/** The class name of a provider that is registered already; null for none. */
function registeredProvider(): string | null {
  const proxy = trace.getTracerProvider() as { getDelegate?: () => object };
  const provider = proxy.getDelegate?.() ?? proxy;
  const { name } = provider.constructor;
  return name === 'NoopTracerProvider' || name === 'ProxyTracerProvider' ? null : name;
}

function isDevelopment(): boolean {
  const { NODE_ENV } = process.env;
  return NODE_ENV === 'development' || (process.stderr.isTTY === true && NODE_ENV !== 'production');
}

/** In the host process we write to stderr only. */
export function say(sentence: string): void {
  process.stderr.write(`spandrel: ${sentence}\n`);
}
