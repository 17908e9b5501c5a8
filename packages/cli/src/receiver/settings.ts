import type { EngineOptions } from '@spandrel/engine';
import { engineOptionTable, optionsFromEnv, redactAddress } from '@spandrel/engine';
import { UsageError } from '../arguments.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where received telemetry also goes, from OTEL_EXPORTER_OTLP_ENDPOINT; undefined when it is unset
 * or empty. Throws `UsageError` when it is no HTTP address.
 */
export function forwardTarget(env: Env): URL | undefined {
  const given = env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim();
  if (given === undefined || given === '') return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && ['http:', 'https:'].includes(url.protocol)) return url;
  const rule = 'must be an address that starts with http:// or https://';
  throw new UsageError(`OTEL_EXPORTER_OTLP_ENDPOINT ${rule}, got ${redactAddress(given)}`);
}

/** What the collector behind it wants to have said, from OTEL_EXPORTER_OTLP_HEADERS. */
export function forwardHeaders(env: Env): Record<string, string> {
  const entries = (env['OTEL_EXPORTER_OTLP_HEADERS'] ?? '').split(',').flatMap((pair) => {
    const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) return [];
    const text = decoded(value);
    return /[^\t\x20-\x7e\x80-\xff]/.test(text) ? [] : [[name.toLowerCase(), text]];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The limits that SPANDREL_* set; bad ones are told and left out. */
export function engineOptions(env: Env, warn: (line: string) => void): EngineOptions {
  return optionsFromEnv(engineOptionTable, env, (_name, sentence) => warn(sentence));
}

/**
 * Environment of a watched service: the user's, without anything that would send its telemetry
 * elsewhere or switch it off, and short intervals so that a short run is seen whole.
 */
export function serviceEnv(env: Env, receiverUrl: string, serviceName: string): Env {
  const own = Object.entries(env).filter(
    ([name]) => !name.startsWith('OTEL_') && name !== 'SPANDREL_ENABLED',
  );
  return {
    ...Object.fromEntries(own),
    NODE_ENV: 'production',
    OTEL_SERVICE_NAME: serviceName,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiverUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_METRIC_EXPORT_TIMEOUT: '1000',
    OTEL_BSP_SCHEDULE_DELAY: '500',
  };
}
