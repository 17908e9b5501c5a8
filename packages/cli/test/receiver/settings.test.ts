import { expect, test } from '@jest/globals';
import { UsageError } from '../../src/arguments.ts';
import {
  engineOptions,
  forwardHeaders,
  forwardTarget,
  serviceEnv,
} from '../../src/receiver/settings.ts';

test('sends on only where an address is given', () => {
  const target = (given?: string) => forwardTarget({ OTEL_EXPORTER_OTLP_ENDPOINT: given })?.href;
  expect(target()).toBeUndefined();
  expect(target('')).toBeUndefined();
  expect(target('http://localhost:4318')).toBe('http://localhost:4318/');
});

test.each(['localhost:4318', 'nonsense', 'grpc://x:4317', 'http://'])(
  'refuses %s as an address, naming the variable and the value',
  (given) => {
    expect(() => forwardTarget({ OTEL_EXPORTER_OTLP_ENDPOINT: given })).toThrow(
      new UsageError(
        `OTEL_EXPORTER_OTLP_ENDPOINT must be an address that starts with http:// or https://, got ${given}`,
      ),
    );
  },
);

test('a service sends to the receiver whatever OTEL_ variables the user has', () => {
  const env = serviceEnv(
    {
      PATH: '/bin',
      SPANDREL_MIN_REPEATS: '7',
      OTEL_SDK_DISABLED: 'true',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other',
    },
    'http://127.0.0.1:1',
    'api',
  );
  expect(env).toMatchObject({
    PATH: '/bin',
    SPANDREL_MIN_REPEATS: '7',
    OTEL_SERVICE_NAME: 'api',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
  });
  expect(Object.keys(env)).not.toContain('OTEL_SDK_DISABLED');
  expect(Object.keys(env)).not.toContain('OTEL_TRACES_EXPORTER');
  expect(Object.keys(env)).not.toContain('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
});

test('judges by the limits of the environment; a bad one is told and left out', () => {
  const lines: string[] = [];
  const env = { SPANDREL_MIN_REPEATS: 'many', SPANDREL_SLOW_QUERY_MS: '50' };
  expect(engineOptions(env, (line) => lines.push(line))).toEqual({ slowQueryMs: 50 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/SPANDREL_MIN_REPEATS must be .*, got "many"/);
});

test('headers for the collector are read as OpenTelemetry writes them', () => {
  const read = (given?: string) => forwardHeaders({ OTEL_EXPORTER_OTLP_HEADERS: given });
  expect(read()).toEqual({});
  expect(read('X-Key = a%20b, team=c=d,nonsense,=no, half=%,bad=%0A')).toEqual({
    'x-key': 'a b',
    team: 'c=d',
    half: '%',
  });
});
