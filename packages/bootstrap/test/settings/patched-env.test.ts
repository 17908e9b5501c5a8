import { afterEach, describe, expect, test } from '@jest/globals';
import { readOptions } from '../../src/settings/options.ts';
import type { BootstrapOptions } from '../../src/settings/options.ts';
import { declaredPatch, envPatch, inPatchedEnv, usePatch } from '../../src/settings/patched-env.ts';

type Env = Record<string, string>;

const patchOf = (env: Env, code: BootstrapOptions = {}) => envPatch(readOptions(code, env), env);

describe('the environment for the parts of OpenTelemetry', () => {
  test.each<[Env, Record<string, string | undefined>]>([
    [{}, {}],
    [{ OTEL_SERVICE_NAME: 'shop', OTEL_SPAN_LINK_COUNT_LIMIT: '0' }, {}],
    [{ OTEL_TRACES_SAMPLER: ' ALWAYS_OFF ' }, { OTEL_TRACES_SAMPLER: 'always_off' }],
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, { OTEL_TRACES_SAMPLER: undefined }],
    [{ OTEL_PROPAGATORS: 'B3, jaeger ,baggage' }, { OTEL_PROPAGATORS: 'b3,baggage' }],
    [{ OTEL_SPAN_LINK_COUNT_LIMIT: '-1' }, { OTEL_SPAN_LINK_COUNT_LIMIT: undefined }],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'broken' }, {}],
  ])('%j is changed by %j', (env, patch) => {
    expect(patchOf(env)).toEqual(patch);
  });

  test('holds what code says', () => {
    const headers = { 'x-key': 'a, b=%' };
    const code = { endpoint: 'http://here:1', headers, protocol: 'grpc' };
    expect(patchOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://there:2' }, code)).toEqual({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://here:1',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%2C%20b%3D%25',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
  });

  test('beside a declarative file holds only what that asks for', () => {
    const env = { OTEL_CONFIG_FILE: 'x', OTEL_SERVICE_NAME: 'a', OTEL_LOG_LEVEL: 'b', PATH: 'c' };
    expect(declaredPatch(new Set(['OTEL_SERVICE_NAME']), env)).toEqual({
      OTEL_LOG_LEVEL: undefined,
    });
  });
});

describe('work in the patched environment', () => {
  afterEach(() => {
    usePatch({});
    delete process.env['OTEL_PATCH_TEST'];
  });

  test('sees it, also within itself, and leaves none of it behind, whatever happens', () => {
    process.env['OTEL_PATCH_TEST'] = 'theirs';
    usePatch({ OTEL_PATCH_TEST: undefined, OTEL_PATCH_OTHER: 'ours' });
    const seen = (): unknown[] => [process.env['OTEL_PATCH_TEST'], process.env['OTEL_PATCH_OTHER']];
    expect(inPatchedEnv(() => [seen(), inPatchedEnv(seen), seen()])).toEqual([
      [undefined, 'ours'],
      [undefined, 'ours'],
      [undefined, 'ours'],
    ]);
    expect(() =>
      inPatchedEnv(() => {
        throw new Error('broken');
      }),
    ).toThrow('broken');
    expect(seen()).toEqual(['theirs', undefined]);
    expect('OTEL_PATCH_OTHER' in process.env).toBe(false);
  });
});
