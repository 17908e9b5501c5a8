import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { begin, running } from './begin.ts';
import { load } from './load.cts';
import type { Spandrel } from './running.ts';
import { checkOptions, hasDeclaration } from './settings/options.ts';
import type { BootstrapOptions } from './settings/options.ts';
import { isOff } from './settings/settings.ts';

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
    const { beginDeclared } =
      load<typeof import('./declared/begin-declared.ts')>('declared/begin-declared');
    return beginDeclared(beginning, instances);
  }
  // Here and not above: after the preload nobody needs the whole SDK for asking what runs.
  const { nodeSdk } = load<typeof import('./roads/long.ts')>('roads/long');
  return begin(beginning, nodeSdk(instances, metricReaders));
}
