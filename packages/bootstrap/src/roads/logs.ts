import { diag } from '@opentelemetry/api';
import { getStringListFromEnv } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import {
  BatchLogRecordProcessor,
  ConsoleLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { load } from '../load.cts';
import { otlpFile } from './otlp-file.ts';
import { positiveFromEnv } from './positive.ts';

/** The logs SDK with the exporters that `OTEL_LOGS_EXPORTER` and its kind ask for. */
export function loggerProvider(resource: Resource): LoggerProvider {
  return new LoggerProvider({
    resource,
    logRecordLimits: {
      attributeCountLimit:
        positiveFromEnv('OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT') ??
        positiveFromEnv('OTEL_ATTRIBUTE_COUNT_LIMIT'),
      attributeValueLengthLimit:
        positiveFromEnv('OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT') ??
        positiveFromEnv('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
    },
    processors: processorsFromEnv(),
  });
}

function processorsFromEnv(): LogRecordProcessor[] {
  const given = [...new Set(getStringListFromEnv('OTEL_LOGS_EXPORTER') ?? [])];
  return (given.length === 0 ? ['otlp'] : given).flatMap((kind) => {
    if (kind === 'otlp') return batched();
    if (kind === 'console') {
      return new SimpleLogRecordProcessor({ exporter: new ConsoleLogRecordExporter() });
    }
    diag.warn(`Unsupported OTEL_LOGS_EXPORTER value: "${kind}".`);
    return [];
  });
}

function batched(): LogRecordProcessor {
  const { logExporter } = load<typeof import('./otlp-proto.ts')>(otlpFile('LOGS'));
  return new BatchLogRecordProcessor({
    exporter: logExporter(),
    maxQueueSize: positiveFromEnv('OTEL_BLRP_MAX_QUEUE_SIZE'),
    scheduledDelayMillis: positiveFromEnv('OTEL_BLRP_SCHEDULE_DELAY'),
    exportTimeoutMillis: positiveFromEnv('OTEL_BLRP_EXPORT_TIMEOUT'),
    maxExportBatchSize: positiveFromEnv('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE'),
  });
}
