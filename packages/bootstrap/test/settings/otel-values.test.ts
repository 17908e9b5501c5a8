import { describe, expect, test } from '@jest/globals';
import { otelWarnings } from '../../src/settings/otel-values.ts';
import { everyOtelVariable, otelVariables } from '../../src/settings/otel-variables.ts';

describe('the table', () => {
  test('has each variable once', () => {
    const names = everyOtelVariable().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^OTEL_[A-Z_]+$/);
  });

  test('has a sentence for each, and a default that its own rule accepts', () => {
    for (const { name, doc, default: value } of otelVariables) {
      expect(doc).toMatch(/^[A-Z`].*\.$|^grpc.*\.$/);
      expect(otelWarnings({ [name]: value })).toEqual([]);
    }
  });
});

describe('a bad value is told with its name, the rule and what comes of it', () => {
  test.each([
    ['OTEL_TRACES_EXPORTER', 'foo', '"foo"; using the default'],
    ['OTEL_TRACES_EXPORTER', 'foo,console', '"foo,console"; the others count'],
    ['OTEL_TRACES_SAMPLER', 'sometimes', '"sometimes"; using the default'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'a number from 0 to 1, got "1.5"; using the default'],
    ['OTEL_TRACES_SAMPLER_ARG', 'half', 'a number from 0 to 1'],
    ['OTEL_PROPAGATORS', 'tracecontext,jaeger', 'b3multi or none, got "tracecontext,jaeger"'],
    ['OTEL_SDK_DISABLED', 'yes', 'true or false, got "yes"; taken for false'],
    ['OTEL_SPAN_EVENT_COUNT_LIMIT', '-1', 'a whole number of at least 0, got "-1"'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '0', 'a whole number of at least 1, got "0"'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http', 'http/protobuf, http/json or grpc, got "http"'],
    ['OTEL_EXPORTER_OTLP_LOGS_COMPRESSION', 'zip', 'gzip or none, got "zip"'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'ftp://u:hush@x/?k=hush', 'got "ftp://x/?"'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'user:hush@collector:4318', 'got "collector:4318"'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector', 'an http:// or https:// address'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=1,b', 'got "a=1,b"; none of them counts'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=1=2', 'percent-encoded'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'hush', 'got (hidden); the others count'],
    ['OTEL_LOG_LEVEL', 'loud', 'verbose or all, got "loud"'],
    ['OTEL_METRICS_EXEMPLAR_FILTER', 'always_on', 'is ignored: Not supported'],
    ['OTEL_SERVICENAME', 'x', 'did you mean OTEL_SERVICE_NAME?'],
  ])('%s=%s', (name, value, sentence) => {
    const told = otelWarnings({ [name]: value });
    expect(told).toEqual([expect.stringContaining(sentence)]);
    expect(told[0]).toContain(name);
    expect(told[0]).not.toContain('hush');
  });
});

test.each([
  ['OTEL_LOG_LEVEL', 'DEBUG'],
  ['OTEL_TRACES_SAMPLER', 'ALWAYS_ON'],
  ['OTEL_PROPAGATORS', 'B3, TraceContext'],
  ['OTEL_TRACES_EXPORTER', 'otlp, console'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Basic%20x==,b='],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=1%2C2, b=2,'],
  ['OTEL_TRACES_SAMPLER_ARG', '1e-3'],
  ['OTEL_SERVICE_NAME', '   '],
  ['OTEL_JAVAAGENT_DEBUG', 'true'],
  ['OTEL_EXPORTER_JAEGER_ENDPOINT', 'x'],
  ['OTEL_PYTHON_LOG_CORRELATION', 'true'],
])('%s=%s is nobody to complain of', (name, value) => {
  expect(otelWarnings({ [name]: value })).toEqual([]);
});

test('an address may be host:port where grpc is spoken', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' };
  expect(otelWarnings(env)).toHaveLength(1);
  expect(otelWarnings({ ...env, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' })).toEqual([]);
});
