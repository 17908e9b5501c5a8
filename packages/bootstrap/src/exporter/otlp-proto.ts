import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Destination } from './destination.ts';
import { OtlpExporter } from './otlp-exporter.ts';
import type { Serializer } from './otlp-exporter.ts';
import { encodeSpans } from './otlp-spans.ts';

/** Our encoder where the stock one stands; answers are few, and read by the stock one. */
export const serializer: Serializer<ReadableSpan[]> = {
  serializeRequest: encodeSpans,
  deserializeResponse: (answer) =>
    ProtobufTraceSerializer.deserializeResponse(answer) as ReturnType<
      Serializer<ReadableSpan[]>['deserializeResponse']
    >,
};

export const spanExporter = (destination: Destination): OtlpExporter<ReadableSpan[]> =>
  new OtlpExporter(destination, serializer);
