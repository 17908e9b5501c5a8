import { afterAll, describe, expect, test } from '@jest/globals';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe as printed, destinationFromEnv } from '../../src/exporter/destination.ts';
import { headersOf } from '../../src/exporter/http-transport.ts';

/** What OpenTelemetry's own exporter makes of the same variables. */
async function stock(signal: 'traces' | 'metrics' | 'logs', env: Record<string, string>) {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const type = { 'Content-Type': 'application/x-protobuf' };
    const options = convertLegacyHttpOptions({}, signal.toUpperCase(), `v1/${signal}`, type);
    return {
      url: options.url,
      headers: await options.headers(),
      compression: options.compression,
      timeoutMs: options.timeoutMillis,
    };
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'spandrel-destination-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a destination is what OpenTelemetry’s own exporter makes of the variables', () => {
  const all = 'OTEL_EXPORTER_OTLP_';
  const own = 'OTEL_EXPORTER_OTLP_TRACES_';
  test.each<Record<string, string>>([
    {},
    { [`${all}ENDPOINT`]: 'http://collector:4318' },
    { [`${all}ENDPOINT`]: 'https://collector/prefix/' },
    { [`${all}ENDPOINT`]: 'http://a:1/b', [`${own}ENDPOINT`]: 'http://c:2/d?e=f' },
    { [`${own}ENDPOINT`]: 'http://c:2' },
    { [`${all}HEADERS`]: 'api-key=a%20b,x=1', [`${own}HEADERS`]: 'x=2' },
    { [`${all}HEADERS`]: 'no pair, =, x=' },
    { [`${all}COMPRESSION`]: 'gzip' },
    { [`${all}COMPRESSION`]: 'gzip', [`${own}COMPRESSION`]: 'none' },
    { [`${all}TIMEOUT`]: '1500', [`${own}TIMEOUT`]: '700' },
    { [`${all}TIMEOUT`]: '-1' },
  ])('%j', async (env) => {
    for (const signal of ['traces', 'metrics', 'logs'] as const) {
      const destination = destinationFromEnv(signal, env);
      const { url, compression, timeoutMs } = destination;
      const {
        'User-Agent': _agent,
        'Content-Encoding': _encoding,
        ...headers
      } = headersOf(destination);
      expect({ url, headers, compression, timeoutMs }).toEqual(await stock(signal, env));
    }
  });
});

test('certificates are read at once, and one that cannot be read counts as none', () => {
  const file = (name: string) => {
    writeFileSync(join(folder, name), name);
    return join(folder, name);
  };
  const { tls } = destinationFromEnv('traces', {
    OTEL_EXPORTER_OTLP_CERTIFICATE: join(folder, 'missing'),
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: file('shared'),
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: file('own'),
    OTEL_EXPORTER_OTLP_CLIENT_KEY: file('key'),
  });
  expect(tls).toEqual({ cert: Buffer.from('own'), key: Buffer.from('key') });
});

test('a query in the shared address stays behind the path', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector?key=k' };
  expect(destinationFromEnv('traces', env).url).toBe('http://collector/v1/traces?key=k');
});

describe('gRPC', () => {
  test.each([
    [{}, 'http://localhost:4317'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:1' }, 'https://collector:1'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:1' }, 'https://collector:1'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:1', OTEL_EXPORTER_OTLP_INSECURE: 'true' },
      'http://collector:1',
    ],
  ])('%j is %s', (env, origin) => {
    const given = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', ...env };
    const { url } = destinationFromEnv('traces', given);
    expect(url).toBe(`${origin}/opentelemetry.proto.collector.trace.v1.TraceService/Export`);
  });
});

test('what is printed of it has neither credentials nor path nor query', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hush@collector:4318/?key=hush' };
  expect(printed(destinationFromEnv('traces', env))).toBe('http://collector:4318');
});
