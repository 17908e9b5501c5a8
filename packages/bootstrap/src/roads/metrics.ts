import { diag } from '@opentelemetry/api';
import { getStringListFromEnv } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { IMetricReader, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { load } from '../load.cts';
import { views } from '../views.ts';
import { otlpFile } from './otlp-file.ts';
import { positiveFromEnv } from './positive.ts';

/** The metrics SDK with the readers that `OTEL_METRICS_EXPORTER` and its kind ask for. */
export function meterProvider(resource: Resource): MeterProvider {
  return new MeterProvider({ resource, views, readers: readersFromEnv() });
}

function readersFromEnv(): IMetricReader[] {
  const given = [...new Set(getStringListFromEnv('OTEL_METRICS_EXPORTER') ?? [])];
  return (given.length === 0 ? ['otlp'] : given).flatMap((kind) => {
    switch (kind) {
      case 'otlp':
        return periodic(otlpExporter());
      case 'console':
        return new PeriodicExportingMetricReader({ exporter: new ConsoleMetricExporter() });
      case 'prometheus':
        return load<typeof import('./prometheus.ts')>('roads/prometheus').prometheusReader();
      default:
        diag.warn(`Unsupported OTEL_METRICS_EXPORTER value: "${kind}".`);
        return [];
    }
  });
}

function otlpExporter(): PushMetricExporter {
  const { metricExporter } = load<typeof import('./otlp-proto.ts')>(otlpFile('METRICS'));
  return metricExporter();
}

/** A time limit beyond the interval is cut to it, as the specification has it. */
function periodic(exporter: PushMetricExporter): IMetricReader {
  const exportIntervalMillis = positiveFromEnv('OTEL_METRIC_EXPORT_INTERVAL') ?? 60_000;
  const timeoutMs = positiveFromEnv('OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000;
  const exportTimeoutMillis = Math.min(timeoutMs, exportIntervalMillis);
  return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis });
}
