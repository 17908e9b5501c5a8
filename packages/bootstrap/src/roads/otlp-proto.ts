import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';

export const metricExporter = (): OTLPMetricExporter => new OTLPMetricExporter();

export const logExporter = (): OTLPLogExporter => new OTLPLogExporter();
