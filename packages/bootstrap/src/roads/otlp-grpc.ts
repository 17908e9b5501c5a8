import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';

export const metricExporter = (): OTLPMetricExporter => new OTLPMetricExporter();

export const logExporter = (): OTLPLogExporter => new OTLPLogExporter();
