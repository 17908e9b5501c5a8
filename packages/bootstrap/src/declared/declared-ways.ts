import { readFileSync } from 'node:fs';
import { mergeHeadersConfig } from '@opentelemetry/configuration';
import type {
  OtlpHttpExporterConfigModel,
  SpanProcessorConfigModel,
} from '@opentelemetry/configuration';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { redactAddress } from '@spandrel/engine';
import type { Destination } from '../exporter/destination.ts';
import { byHttp, joined, toConsole } from '../exporter/exporter.ts';
import type { SpansGo, Way } from '../exporter/exporter.ts';
import { LateExporter } from '../exporter/late-exporter.ts';
import { isAddress, shownAddress } from '../settings/otel-values.ts';
import { addressRule } from '../settings/otlp-options.ts';
import { SettingError } from '../settings/setting-error.ts';

/**
 * Where the span processors of a declarative file send. OTLP over HTTP is ours, so that it survives
 * the end of the process as ever; what only the SDK makes (gRPC) is `taken` from it with the first
 * batch, by the place of its processor. Throws a `SettingError` for an address that is none.
 */
export function declaredWays(
  processors: readonly SpanProcessorConfigModel[],
  taken: (index: number) => SpanExporter,
): SpansGo {
  const ways = processors.map((processor, index): Way => {
    const exporter = (processor.batch ?? processor.simple)?.exporter ?? {};
    if (exporter.otlp_http !== undefined) return byHttp(destinationOf(exporter.otlp_http ?? {}));
    if ('console' in exporter) return toConsole();
    const address = exporter.otlp_grpc?.endpoint ?? 'http://localhost:4317';
    const description =
      exporter.otlp_grpc === undefined ? 'another exporter' : redactAddress(address);
    return { exporter: new LateExporter(() => taken(index)), description };
  });
  return ways.length === 0 ? { exporter: null, description: 'nowhere' } : joined(ways);
}

function destinationOf(given: NonNullable<OtlpHttpExporterConfigModel>): Destination {
  const url = given.endpoint ?? 'http://localhost:4318/v1/traces';
  if (!isAddress(url)) {
    const got = JSON.stringify(shownAddress(url));
    throw new SettingError(`OTEL_CONFIG_FILE: endpoint must be ${addressRule}, got ${got}`);
  }
  const { ca_file: ca, cert_file: cert, key_file: key } = given.tls ?? {};
  return {
    protocol: given.encoding === 'json' ? 'http/json' : 'http/protobuf',
    url,
    headers: mergeHeadersConfig(given.headers ?? undefined, given.headers_list ?? undefined) ?? {},
    compression: given.compression === 'gzip' ? 'gzip' : 'none',
    timeoutMs: given.timeout ?? 10_000,
    tls: { ca: contentOf(ca), cert: contentOf(cert), key: contentOf(key) },
  };
}

function contentOf(file: string | null | undefined): Buffer | undefined {
  if (file === null || file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new SettingError(`OTEL_CONFIG_FILE: tls: ${file} cannot be read (${code})`);
  }
}
