import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';

export const spanExporter = (): OTLPTraceExporter => new OTLPTraceExporter();
