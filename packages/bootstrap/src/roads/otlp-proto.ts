import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http';
import { ProtobufLogsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { destinationFromEnv } from '../exporter/destination.ts';
import { OtlpExporter } from '../exporter/otlp-exporter.ts';

export const metricExporter = (): PushMetricExporter =>
  new OTLPMetricExporterBase(
    new OtlpExporter(destinationFromEnv('metrics', process.env), ProtobufMetricsSerializer),
  );

export const logExporter = (): LogRecordExporter =>
  new OtlpExporter(destinationFromEnv('logs', process.env), ProtobufLogsSerializer);
