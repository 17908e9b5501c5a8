import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';

/** Serves the metrics where the variables say, for a Prometheus that fetches them. */
export function prometheusReader(): PrometheusExporter {
  return new PrometheusExporter({
    host: getStringFromEnv('OTEL_EXPORTER_PROMETHEUS_HOST'),
    port: getNumberFromEnv('OTEL_EXPORTER_PROMETHEUS_PORT'),
  });
}
