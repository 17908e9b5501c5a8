import { hidden } from '@spandrel/engine';
import type { OptionSpec } from '@spandrel/engine';
import { isAddress, shownAddress } from './otel-values.ts';
import { otlpProtocols } from './otel-variables.ts';

/**
 * OpenTelemetry's own settings that are worth a place in a file. Their variables are read by
 * OpenTelemetry; those of one signal, such as `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, count more.
 */
export const serviceName: OptionSpec<string> = {
  default: '',
  env: 'OTEL_SERVICE_NAME',
  doc: 'Name of the service; without one `service.name` in OTEL_RESOURCE_ATTRIBUTES, or `unknown_service` and the program.',
  rule: 'a text',
  accepts: (given): given is string => typeof given === 'string',
  parse: (text) => text.trim(),
  schema: { type: 'string' },
};

export const addressRule = 'an http:// or https:// address';

export const endpoint: OptionSpec<string> = {
  default: '',
  env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  doc: 'Address of the collector; without one http://localhost:4318, or port 4317 for grpc.',
  rule: `${addressRule}, or host:port for grpc`,
  accepts: (given): given is string =>
    given === '' || (typeof given === 'string' && (isAddress(given) || hostAndPort.test(given))),
  parse: (text) => text.trim(),
  schema: { type: 'string' },
  shown: (given) =>
    typeof given === 'string' ? JSON.stringify(shownAddress(given)) : typeof given,
};

/** As grpc takes it. */
const hostAndPort = /^[^\s/:]+:\d{1,5}$/;

export const protocol: OptionSpec<string> = {
  default: 'http/protobuf',
  env: 'OTEL_EXPORTER_OTLP_PROTOCOL',
  doc: 'How the collector is spoken to: http/protobuf, http/json or grpc.',
  rule: 'http/protobuf, http/json or grpc',
  accepts: (given): given is string => (otlpProtocols as readonly unknown[]).includes(given),
  parse: (text) => text.trim().toLowerCase(),
  schema: { type: 'string', enum: otlpProtocols },
};

type Headers = Readonly<Record<string, string>>;

export const headers: OptionSpec<Headers> = {
  default: Object.freeze({}),
  env: 'OTEL_EXPORTER_OTLP_HEADERS',
  doc: 'Headers of requests to the collector, such as the key of a vendor. Never shown.',
  rule: 'an object of names of headers and their texts',
  accepts: (given): given is Headers =>
    typeof given === 'object' &&
    given !== null &&
    !Array.isArray(given) &&
    Object.entries(given).every(([name, value]) => isHeader(name, value)),
  parse: parseHeaders,
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  shown: hidden,
};

function isHeader(name: string, value: unknown): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && typeof value === 'string' && !/\p{Cc}/u.test(value);
}

/** Pairs that are none are left out, as the exporters do. */
function parseHeaders(text: string): Headers {
  const found: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=');
    const [name, value] = [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    if (equals > 0 && isHeader(name, value)) found[name] = value;
  }
  return found;
}

/** In the spelling of the variable. */
export function headersText(given: Headers): string {
  return Object.entries(given)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join(',');
}
