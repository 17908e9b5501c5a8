import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { redactUrl } from '@spandrel/engine';
import { load } from '../load.cts';
import { namesIn } from '../settings/otel-values.ts';
import { ExporterList } from './exporter-list.ts';
import { LateExporter } from './late-exporter.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where spans go, as `OTEL_TRACES_EXPORTER` and the OTLP variables say; null for `none`. */
export function exporterFromEnv(env: Env): { exporter: SpanExporter | null; description: string } {
  const given = [...new Set(namesIn(env['OTEL_TRACES_EXPORTER'] ?? ''))];
  if (given.includes('none')) return { exporter: null, description: 'nowhere' };
  const ways = (given.length === 0 ? ['otlp'] : given).map((kind) => wayOf(kind, env));
  const [first] = ways;
  if (ways.length === 1 && first !== undefined) return first;
  return {
    exporter: new ExporterList(...ways.map(({ exporter }) => exporter)),
    description: ways.map(({ description }) => description).join(' and '),
  };
}

function wayOf(kind: string, env: Env): { exporter: SpanExporter; description: string } {
  if (kind === 'console') return { exporter: late('console'), description: 'the console' };
  if (kind !== 'otlp') {
    throw new RangeError(`OTEL_TRACES_EXPORTER must be otlp, console or none, got "${kind}"`);
  }
  return { exporter: otlpExporter(protocolOf(env)), description: endpointOf(env) };
}

function protocolOf(env: Env): string {
  const { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: traces, OTEL_EXPORTER_OTLP_PROTOCOL: all } = env;
  return traces?.trim() || all?.trim() || 'http/protobuf';
}

function otlpExporter(protocol: string): SpanExporter {
  switch (protocol) {
    case 'http/protobuf':
      return late('otlp-proto');
    case 'http/json':
      return late('otlp-json');
    case 'grpc':
      return late('otlp-grpc');
    default:
      throw new RangeError(
        `OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, http/json or grpc, got "${protocol}"`,
      );
  }
}

/** Loaded with the first batch. `file` is one of this folder. */
function late(file: 'console' | 'otlp-grpc' | 'otlp-json' | 'otlp-proto'): SpanExporter {
  return new LateExporter(() =>
    load<typeof import('./otlp-proto.ts')>(`exporter/${file}`).spanExporter(),
  );
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
