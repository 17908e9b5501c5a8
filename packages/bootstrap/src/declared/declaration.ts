import { readFileSync } from 'node:fs';
import { mergeResourceAttributesConfig, parseConfigFile } from '@opentelemetry/configuration';
import { redactMessage, redactUrl } from '@spandrel/engine';
import { SettingError } from '../settings/setting-error.ts';
import type { BootstrapOptions } from '../settings/options.ts';

/** What we need to know of OpenTelemetry's declarative configuration file before the SDK is made of it. */
export interface Declaration {
  readonly path: string;
  readonly isDisabled: boolean;
  /** The name it gives the service; undefined where it gives none. */
  readonly service: string | undefined;
  /** Those of its first batch processor, whose place ours takes. */
  readonly batches: BootstrapOptions;
  /** Where spans go, fit to be printed. */
  readonly destination: string;
  /** Variables that the file itself asks for; the other `OTEL_*` do not count. */
  readonly variables: ReadonlySet<string>;
}

type Model = ReturnType<typeof parseConfigFile>;
type SpanProcessors = NonNullable<Model['tracer_provider']>['processors'];

/** Reads and checks the file. Throws a `SettingError` that names it and says what is wrong. */
export function readDeclaration(path: string): Declaration {
  const model = parsed(path);
  const processors = model.tracer_provider?.processors ?? [];
  return {
    path,
    isDisabled: model.disabled === true,
    service: serviceOf(model),
    batches: batchesOf(processors),
    destination: destinationOf(processors),
    variables: variablesIn(readFileSync(path, 'utf8'), model),
  };
}

function parsed(path: string): Model {
  try {
    return parseConfigFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = redactMessage(message.replaceAll(`${path}: `, '').replace(/\s+/g, ' '));
    throw new SettingError(
      `OTEL_CONFIG_FILE: ${path}: ${code === undefined ? what : `cannot be read (${code})`}`,
    );
  }
}

function serviceOf({ resource }: Model): string | undefined {
  const attributes = mergeResourceAttributesConfig(
    resource?.attributes ?? undefined,
    resource?.attributes_list ?? undefined,
  );
  const value = attributes?.find(({ name }) => name === 'service.name')?.value;
  return typeof value === 'string' ? value : undefined;
}

function batchesOf(processors: SpanProcessors): BootstrapOptions {
  const batch = processors.find((one) => one.batch != null)?.batch;
  const given = {
    maxQueueSpans: batch?.max_queue_size,
    maxBatchSpans: batch?.max_export_batch_size,
    // At once is the shortest time there is.
    exportDelayMs: batch?.schedule_delay === 0 ? 1 : batch?.schedule_delay,
    exportTimeoutMs: batch?.export_timeout,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
}

function destinationOf(processors: SpanProcessors): string {
  const places = processors.map((one) => placeOf((one.batch ?? one.simple)?.exporter));
  return places.length === 0 ? 'nowhere' : places.join(' and ');
}

type SpanExporter = NonNullable<SpanProcessors[number]['simple']>['exporter'];

function placeOf(exporter: SpanExporter | undefined): string {
  const { otlp_http: http, otlp_grpc: grpc } = exporter ?? {};
  if (http !== undefined) return redactUrl(http?.endpoint ?? 'http://localhost:4318/v1/traces');
  if (grpc !== undefined) return redactUrl(grpc?.endpoint ?? 'http://localhost:4317');
  return exporter !== undefined && 'console' in exporter ? 'the console' : 'another exporter';
}

/** By `${NAME}`, or through the detector of the service's name. */
function variablesIn(text: string, { resource }: Model): ReadonlySet<string> {
  const names = [...text.matchAll(/\$\{(?:env:)?([A-Za-z_]\w*)/g)].map(([, name]) => name!);
  const detectors = resource?.['detection/development']?.detectors ?? [];
  if (detectors.some((one) => 'service' in one)) names.push('OTEL_SERVICE_NAME');
  return new Set(names);
}
