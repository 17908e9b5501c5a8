import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { banner, instrumentable } from '../../src/watchdog/banner.ts';
import { samplerOf } from '../../src/watchdog/sampler.ts';
import type { StartRecord } from '../../src/watchdog/start-record.ts';

const record: StartRecord = {
  service: 'shop',
  destination: 'http://localhost:4318',
  hookMode: 'sync',
  sampler: samplerOf({}),
  loadedBefore: [],
  others: [],
  active: [],
  http: 'waiting',
};

test('says service, destination and what is instrumented', () => {
  expect(banner(record, ['http', 'pg'])).toBe(
    'watching shop, exporting to http://localhost:4318; instruments http, pg',
  );
});

test('names a sampler that is not the default, and other tools', () => {
  const sampler = samplerOf({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '.1' });
  expect(banner({ ...record, sampler, others: ['Sentry', 'Datadog'] }, [])).toBe(
    'watching shop, exporting to http://localhost:4318; sampler traceidratio 0.1; ' +
      'Sentry and Datadog loaded before us',
  );
});

test('instruments what Node.js has and what is installed above the folder', () => {
  const project = mkdtempSync(join(tmpdir(), 'spandrel-banner-'));
  mkdirSync(join(project, 'node_modules/@scope/driver'), { recursive: true });
  mkdirSync(join(project, 'deep/er'), { recursive: true });
  const table = [
    { name: 'http', modules: ['http'] },
    { name: 'driver', modules: ['absent', '@scope/driver'] },
    { name: 'absent', modules: ['absent'] },
    { name: 'undici', modules: [], channels: ['undici:request:create'] },
    { name: 'twice', modules: ['http'], unless: ['@scope/driver'] },
  ].map((row) => ({ supports: '*', file: '', ...row }));
  expect(instrumentable(table, join(project, 'deep/er'))).toEqual(['http', 'driver', 'undici']);
  rmSync(project, { recursive: true });
});

test.each([
  [undefined, undefined, 'parentbased_always_on', 1],
  ['always_off', undefined, 'always_off', 0],
  ['parentbased_always_off', '1', 'parentbased_always_off', 0],
  ['traceidratio', '0', 'traceidratio 0', 0],
  ['parentbased_traceidratio', '0.25', 'parentbased_traceidratio 0.25', 0.25],
  ['traceidratio', 'much', 'traceidratio 1', 1],
  ['Always_On', '', 'always_on', 1],
])('OTEL_TRACES_SAMPLER=%s with %s is %s, a share of %d', (sampler, argument, name, share) => {
  const env = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument };
  expect(samplerOf(env)).toEqual({ name, share });
});
