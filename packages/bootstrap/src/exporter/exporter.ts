import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

import { redactUrl } from '@spandrel/engine';
import { protobufExporter } from './protobuf-exporter.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where spans go, as `OTEL_TRACES_EXPORTER` and the OTLP variables say; null for `none`. */
export function exporterFromEnv(env: Env): { exporter: SpanExporter | null; description: string } {
  const kind = env['OTEL_TRACES_EXPORTER']?.trim() || 'otlp';
  if (kind === 'none') return { exporter: null, description: 'nowhere' };
  if (kind === 'console')
    return { exporter: new ConsoleSpanExporter(), description: 'the console' };
  if (kind !== 'otlp') {
    throw new RangeError(`OTEL_TRACES_EXPORTER must be otlp, console or none, got "${kind}"`);
  }
  const description = endpointOf(env);
  return { exporter: otlpExporter(protocolOf(env)), description };
}

function protocolOf(env: Env): string {
  const { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: traces, OTEL_EXPORTER_OTLP_PROTOCOL: all } = env;
  return traces?.trim() || all?.trim() || 'http/protobuf';
}

function otlpExporter(protocol: string): SpanExporter {
  switch (protocol) {
    case 'http/protobuf':
      return protobufExporter();
    case 'http/json':
      return new JsonExporter();
    case 'grpc':
      return new GrpcExporter();
    default:
      throw new RangeError(
        `OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, http/json or grpc, got "${protocol}"`,
      );
  }
}

/** Without credentials and query, fit to be printed. Throws a `RangeError` for what is no address. */
function endpointOf(env: Env): string {
  const protocol = protocolOf(env);
  for (const name of ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT']) {
    const given = env[name]?.trim();
    if (given === undefined || given === '') continue;
    const isAddress = /^https?:$/.test(URL.parse(given)?.protocol ?? '');
    if (isAddress || protocol === 'grpc') return redactUrl(given);
    throw new RangeError(
      `${name} must be an http:// or https:// address, got "${redactUrl(given)}"`,
    );
  }
  return `http://localhost:${protocol === 'grpc' ? 4317 : 4318}`;
}
