import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Destination } from './destination.ts';
import { OtlpExporter } from './otlp-exporter.ts';
import type { Serializer } from './otlp-exporter.ts';

export const serializer = JsonTraceSerializer as Serializer<ReadableSpan[]>;

export const spanExporter = (destination: Destination): OtlpExporter<ReadableSpan[]> =>
  new OtlpExporter(destination, serializer);
