import { expect, test } from '@jest/globals';
import { bootstrapOptionTable } from '../../src/settings/options.ts';
import { effectiveSettings } from '../../src/settings/effective.ts';

const nowhere = '/';

test('names every option with its value and where it comes from', () => {
  const env = { SPANDREL_MIN_REPEATS: '7', SPANDREL_SUPPRESS: 'rule=slow-query' };
  const { refusal, settings, file } = effectiveSettings({ slowQueryMs: 50 }, env, nowhere);
  expect({ refusal, file }).toEqual({ refusal: null, file: null });
  expect(settings.map(({ name }) => name)).toEqual(Object.keys(bootstrapOptionTable));
  const told = Object.fromEntries(settings.map((one) => [one.name, `${one.shown} ${one.source}`]));
  expect(told).toMatchObject({
    minRepeats: '7 environment',
    slowQueryMs: '50 code',
    minDuplicates: '2 default',
    suppress: '[{"rule":"slow-query"}] environment',
  });
});

test('hides what is secret', () => {
  const env = {
    SPANDREL_PARAMETERS_KEY: 'hush words',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=hush',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'api-key=hush',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:hush@collector/?key=hush',
  };
  const told = JSON.stringify(effectiveSettings({}, env, nowhere));
  expect(told).toContain('https://collector/?');
  expect(told).not.toContain('hush');
});

test('says which OTEL_ variables count', () => {
  const env = {
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_PROPAGATORS: 'b3',
    OTEL_METRICS_EXEMPLAR_FILTER: 'always_on',
  };
  expect(effectiveSettings({}, env, nowhere).variables).toEqual([
    { name: 'OTEL_PROPAGATORS', shown: 'b3', counts: true },
    { name: 'OTEL_TRACES_SAMPLER', shown: 'sometimes', counts: false },
    { name: 'OTEL_METRICS_EXEMPLAR_FILTER', shown: 'always_on', counts: false },
  ]);
});

test('gives the refusal where there are no settings', () => {
  const { refusal, settings } = effectiveSettings({}, { SPANDREL_REDACT: 'perhaps' }, nowhere);
  expect({ refusal, settings }).toEqual({
    refusal: 'SPANDREL_REDACT must be true or false, got "perhaps"',
    settings: [],
  });
});
