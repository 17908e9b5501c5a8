import { readFileSync } from 'node:fs';
import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import { redactAddress } from '@spandrel/engine';

export type Env = Readonly<Record<string, string | undefined>>;
export type Signal = 'traces' | 'metrics' | 'logs';
export type Protocol = 'http/protobuf' | 'http/json' | 'grpc';

/** Where one signal goes, and how; plain data, so that it can be handed to a thread. */
export interface Destination {
  readonly protocol: Protocol;
  /** The whole address, path included; for gRPC `http:` is without and `https:` with TLS. */
  readonly url: string;
  /** As the user gave them, credentials among them: never to be printed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  /** For one request with its repetitions. */
  readonly timeoutMs: number;
  readonly tls: {
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
  };
}

const grpcPath = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
} as const;

/**
 * Where a signal goes by OTLP, as the `OTEL_EXPORTER_OTLP_*` variables say; the signal's own win.
 * Throws a `RangeError` that names the variable for a protocol or an address that is none; a bad
 * timeout, compression or certificate file counts as not given, as in OpenTelemetry's exporters.
 */
export function destinationFromEnv(signal: Signal, env: Env): Destination {
  const read = (name: string): string | undefined =>
    nonEmpty(env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`]) ??
    nonEmpty(env[`OTEL_EXPORTER_OTLP_${name}`]);
  const protocol = protocolOf(read('PROTOCOL'));
  const timeoutMs = Number(read('TIMEOUT'));
  return {
    protocol,
    url: protocol === 'grpc' ? grpcUrl(signal, env, read) : httpUrl(signal, env),
    headers: {
      ...parseKeyPairsIntoRecord(env['OTEL_EXPORTER_OTLP_HEADERS']),
      ...parseKeyPairsIntoRecord(env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_HEADERS`]),
    },
    compression: read('COMPRESSION') === 'gzip' ? 'gzip' : 'none',
    timeoutMs: timeoutMs > 0 && Number.isFinite(timeoutMs) ? timeoutMs : 10_000,
    tls: {
      ca: fileAt(read('CERTIFICATE')),
      cert: fileAt(read('CLIENT_CERTIFICATE')),
      key: fileAt(read('CLIENT_KEY')),
    },
  };
}

/** The collector's address without credentials and query, fit to be printed. */
export function describe({ url }: Destination): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/(v1\/\w+|opentelemetry\.proto\..*)$/, '');
}

function protocolOf(given: string | undefined): Protocol {
  if (given === undefined) return 'http/protobuf';
  if (given === 'http/protobuf' || given === 'http/json' || given === 'grpc') return given;
  throw new RangeError(
    `OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, http/json or grpc, got "${given}"`,
  );
}

function httpUrl(signal: Signal, env: Env): string {
  const name = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`;
  const own = nonEmpty(env[name]);
  if (own !== undefined) return addressOf(name, own).href;
  const shared = nonEmpty(env['OTEL_EXPORTER_OTLP_ENDPOINT']) ?? 'http://localhost:4318';
  const url = addressOf('OTEL_EXPORTER_OTLP_ENDPOINT', shared);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return url.href;
}

/** gRPC also takes `host:port`; whether that is meant with TLS is a variable of its own. */
function grpcUrl(signal: Signal, env: Env, read: (name: string) => string | undefined): string {
  const given = read('ENDPOINT') ?? 'http://localhost:4317';
  const scheme = read('INSECURE')?.toLowerCase() === 'true' ? 'http' : 'https';
  const url = /^https?:\/\//.test(given) ? given : `${scheme}://${given}`;
  return `${addressOf('OTEL_EXPORTER_OTLP_ENDPOINT', url).origin}${grpcPath[signal]}`;
}

function addressOf(name: string, given: string): URL {
  const url = URL.parse(given);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new RangeError(
    `${name} must be an http:// or https:// address, got "${redactAddress(given)}"`,
  );
}

function fileAt(path: string | undefined): Buffer | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path);
  } catch {
    return undefined;
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}
