import { expect, test } from '@jest/globals';
import { judgeRun } from '../../src/doctor/index.ts';
import type { Run, Testimony } from '../../src/doctor/index.ts';
import { samplerOf } from '../../src/watchdog/sampler.ts';
import type { StartRecord } from '../../src/watchdog/start-record.ts';

function aRecord(given: Partial<StartRecord> = {}): StartRecord {
  return {
    service: 'shop',
    destination: 'http://localhost:4318',
    hookMode: 'sync',
    sampler: samplerOf({}),
    loadedBefore: [],
    others: [],
    active: ['http'],
    http: 'instrumented',
    ...given,
  };
}

function aTestimony(given: Partial<Testimony> = {}): Testimony {
  return {
    pid: 1,
    node: process.versions.node,
    script: '/srv/app.cjs',
    isLoaded: true,
    isRunning: true,
    record: aRecord(),
    provider: 'BasicTracerProvider',
    requests: 2,
    serverSpans: 2,
    exportedSpans: 9,
    droppedSpans: {},
    servers: [],
    apiFolders: [],
    isFlushed: true,
    ...given,
  };
}

function told(given: Partial<Testimony>, run: Partial<Run> = {}): string[] {
  const testimonies = [aTestimony(given)];
  const checks = judgeRun({ testimonies, course: '', hasFailed: false, wasAdded: false, ...run });
  return checks
    .filter(({ status }) => status !== 'ok')
    .map(({ status, code }) => `${status} ${code}`);
}

test('a run with spans for its requests is well', () => {
  expect(told({})).toEqual([]);
});

test.each<[string, Partial<Testimony>, string[]]>([
  [
    'loaded by nobody',
    { isLoaded: false, isRunning: false, record: null, serverSpans: 0, provider: null },
    ['problem E-LOAD-02', 'problem E-SPANS-01'],
  ],
  [
    'beaten by another SDK',
    { isRunning: false, record: null, serverSpans: 0 },
    ['problem E-SDK-01', 'problem E-SPANS-01'],
  ],
  [
    'attached to one that instruments nothing',
    { record: null, serverSpans: 0 },
    ['warning E-SDK-01', 'problem E-SDK-01'],
  ],
  ['attached to another SDK', { record: null, exportedSpans: 0 }, ['warning E-SDK-01']],
  ['loaded too late', { record: aRecord({ loadedBefore: ['express'] }) }, ['problem E-LOAD-01']],
  [
    'an ES module without hooks',
    { script: '/srv/app.mjs', record: aRecord({ hookMode: 'off' }), serverSpans: 0 },
    ['problem E-ESM-01', 'problem E-ESM-01'],
  ],
  [
    'without http',
    { record: aRecord({ http: 'off' }), serverSpans: 0 },
    ['problem E-HTTP-01', 'problem E-HTTP-01'],
  ],
  [
    'sampled away',
    {
      record: aRecord({ sampler: samplerOf({ OTEL_TRACES_SAMPLER: 'always_off' }) }),
      serverSpans: 0,
    },
    ['problem E-SAMPLER-01'],
  ],
  ['for no reason we know', { serverSpans: 0 }, ['problem E-SPANS-01']],
  ['without requests', { requests: 0 }, ['warning E-RUN-01']],
  ['with exports that fail', { droppedSpans: { export_failed: 3 } }, ['problem E-EXPORT-01']],
  ['with nothing exported', { exportedSpans: 0 }, ['problem E-EXPORT-01']],
  ['with two copies of the API', { apiFolders: ['/a', '/b'] }, ['warning E-API-01']],
  [
    'on an old Node.js',
    { node: '20.1.0', isLoaded: false, isRunning: false, record: null, serverSpans: 0 },
    ['problem E-NODE-01', 'problem E-SPANS-01'],
  ],
])('%s', (_what, testimony, expected) => {
  expect(told(testimony)).toEqual(expected);
});

test('an application that fails is told with its course', () => {
  expect(told({ requests: 0 }, { hasFailed: true, course: 'ended with exit code 1' })).toEqual([
    'problem E-RUN-01',
  ]);
});

test('of several processes the one that answers requests counts; none at all is told', () => {
  const testimonies = [
    aTestimony({ pid: 7, requests: 0, isRunning: false }),
    aTestimony({ pid: 8 }),
  ];
  const run = { course: '', hasFailed: false, wasAdded: false };
  expect(judgeRun({ ...run, testimonies })[0]!.seen).toBe('process 8 was started with us');
  expect(judgeRun({ ...run, testimonies: [] })).toMatchObject([{ code: 'E-RUN-01' }]);
});
