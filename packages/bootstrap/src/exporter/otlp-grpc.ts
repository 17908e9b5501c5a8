import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';

export const spanExporter = (): OTLPTraceExporter => new OTLPTraceExporter();
