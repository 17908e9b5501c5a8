import { logs, metrics } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { begin, running } from './begin.ts';
import type { Arrival, Departure } from './begin.ts';
import { ContextManager } from './context-manager.ts';
import { beginDeclared } from './declared/begin-declared.ts';
import { hookPg } from './instrumentations/pg-hooks.ts';
import { resourceDetectors } from './resource.ts';
import { samplerFor } from './roads/sampler.ts';
import type { Spandrel } from './running.ts';
import { checkOptions, hasDeclaration } from './settings/options.ts';
import type { BootstrapOptions } from './settings/options.ts';
import { isOff } from './settings/settings.ts';
import { views } from './views.ts';

export interface StartConfig extends Omit<BootstrapOptions, 'instrumentations'> {
  /** Default: `OTEL_SERVICE_NAME`. */
  readonly serviceName?: string;
  /**
   * Names: further ones, which the application has installed. Instances: these, instead of those
   * that are loaded with their targets.
   */
  readonly instrumentations?: readonly (string | Instrumentation)[];
  /** Instead of what the `OTEL_*` variables say. */
  readonly exporter?: SpanExporter;
  readonly metricReaders?: readonly IMetricReader[];
}

/**
 * Starts OpenTelemetry with Spandrel in this process: http, express and pg are instrumented, each
 * trace is judged, spans and metrics leave by OTLP as the `OTEL_*` variables say.
 *
 * A second call returns what is running. Where another OpenTelemetry SDK is registered already, or
 * the environment holds a bad setting, nothing is started, and a line says so. Throws a `RangeError`
 * that names it for a bad option in `config` only.
 */
export function start(config: StartConfig = {}): Spandrel {
  const before = running();
  if (before !== undefined) return before;
  const { serviceName, instrumentations, exporter, metricReaders, ...others } = config;
  const names = instrumentations?.filter((one) => typeof one === 'string') ?? [];
  const instances = instrumentations?.filter((one) => typeof one !== 'string') ?? [];
  const options = { ...others, ...(names.length === 0 ? {} : { instrumentations: names }) };
  checkOptions({ ...options, serviceName });
  const isOwnOnly = instrumentations !== undefined && names.length === 0;
  const ownInstrumentations = isOwnOnly || instances.length > 0 ? instances : undefined;
  const beginning = { ...options, serviceName, exporter, ownInstrumentations };
  if (hasDeclaration(process.env) && !isOff(options, process.env)) {
    return beginDeclared(beginning, instances);
  }
  return begin(beginning, nodeSdk(instances, metricReaders));
}

/** Only an SDK's provider can be flushed; the API's does nothing. */
interface Flushable {
  forceFlush?(): Promise<void>;
}

/** The road over the whole Node SDK, for people who bring their own configuration. */
function nodeSdk(
  instrumentations: readonly Instrumentation[],
  metricReaders: readonly IMetricReader[] | undefined,
) {
  return ({ processor, serviceName }: Departure): Arrival => {
    hookPg(instrumentations);
    const sdk = new NodeSDK({
      serviceName,
      contextManager: new ContextManager(),
      spanProcessors: [processor.now as never],
      sampler: samplerFor(processor.now),
      instrumentations: [...instrumentations],
      views,
      ...(process.env['OTEL_NODE_RESOURCE_DETECTORS'] === undefined ? { resourceDetectors } : {}),
      ...(metricReaders === undefined ? {} : { metricReaders: [...metricReaders] }),
    });
    sdk.start();
    return {
      flushMetrics: async () => {
        const providers = [metrics.getMeterProvider(), logs.getLoggerProvider()] as Flushable[];
        await Promise.allSettled(providers.map((provider) => provider.forceFlush?.()));
      },
      shutdown: () => sdk.shutdown().catch(() => undefined),
    };
  };
}
