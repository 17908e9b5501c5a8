import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';

export const metricExporter = (): OTLPMetricExporter => new OTLPMetricExporter();

export const logExporter = (): OTLPLogExporter => new OTLPLogExporter();
