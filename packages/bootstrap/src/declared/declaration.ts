import { readFileSync, statSync } from 'node:fs';
import { mergeResourceAttributesConfig, parseConfigFile } from '@opentelemetry/configuration';
import type { SpanProcessorConfigModel } from '@opentelemetry/configuration';
import { redactMessage } from '@spandrel/engine';
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
  /** In the order of the file; empty where it asks for no traces. */
  readonly processors: readonly SpanProcessorConfigModel[];
  /** Variables that the file itself asks for; the other `OTEL_*` do not count. */
  readonly variables: ReadonlySet<string>;
}

type Model = ReturnType<typeof parseConfigFile>;

/** Reads and checks the file. Throws a `SettingError` that names it and says what is wrong. */
export function readDeclaration(path: string): Declaration {
  const model = parsed(path);
  const processors = model.tracer_provider?.processors ?? [];
  return {
    path,
    isDisabled: model.disabled === true,
    service: serviceOf(model),
    batches: batchesOf(processors),
    processors,
    variables: variablesIn(readFileSync(path, 'utf8'), model),
  };
}

const largestBytes = 1024 * 1024;

function parsed(path: string): Model {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new Error('is no file');
    if (stat.size > largestBytes) throw new Error(`must be at most ${largestBytes} bytes`);
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

function batchesOf(processors: readonly SpanProcessorConfigModel[]): BootstrapOptions {
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

/** By `${NAME}`, or through the detector of the service's name. */
function variablesIn(text: string, { resource }: Model): ReadonlySet<string> {
  const names = [...text.matchAll(/\$\{(?:env:)?([A-Za-z_]\w*)/g)].map(([, name]) => name!);
  const detectors = resource?.['detection/development']?.detectors ?? [];
  if (detectors.some((one) => 'service' in one)) names.push('OTEL_SERVICE_NAME');
  return new Set(names);
}
