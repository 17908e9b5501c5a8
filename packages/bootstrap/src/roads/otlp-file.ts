import { diag } from '@opentelemetry/api';
import { getStringFromEnv } from '@opentelemetry/core';
import type { Part } from '../parts.ts';

/** The file that speaks the protocol of a signal; the default's for one that nobody speaks. */
export function otlpFile(signal: 'METRICS' | 'LOGS'): Part {
  const protocol = (
    getStringFromEnv(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`) ??
    getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL') ??
    'http/protobuf'
  ).trim();
  if (protocol === 'grpc') return 'roads/otlp-grpc';
  if (protocol === 'http/json') return 'roads/otlp-json';
  if (protocol !== 'http/protobuf') diag.warn(`Unsupported OTLP protocol: "${protocol}".`);
  return 'roads/otlp-proto';
}
