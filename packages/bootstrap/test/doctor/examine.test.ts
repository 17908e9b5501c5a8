import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { examine, symptoms } from '../../src/doctor/index.ts';
import type { Check, Examined } from '../../src/doctor/index.ts';
import { aProject, installedPackage, removeProjects } from './a-project.ts';

afterAll(removeProjects);

const quietEnv = { OTEL_TRACES_EXPORTER: 'none' }; // nothing to be sent: the collector has its own test

async function examined(
  files: Readonly<Record<string, string | object>>,
  { env = {}, ...more }: Partial<Examined> = {},
): Promise<Check[]> {
  const folder = aProject(files);
  return examine({ folder, env: { ...quietEnv, ...env }, ownFile: __filename, ...more });
}

async function line(code: string, ...given: Parameters<typeof examined>): Promise<Check> {
  const found = (await examined(...given)).filter((check) => check.code === code);
  expect(found).toHaveLength(1);
  return found[0]!;
}

const cjs = { 'package.json': { main: 'app.cjs' }, 'app.cjs': "require('express')" };
const esm = { 'package.json': { type: 'module', main: 'app.js' }, 'app.js': "import 'express'" };

test('an empty folder is examined, too, and only what is missing is told', async () => {
  const checks = await examined({});
  expect(checks.map(({ status, code }) => `${status} ${code}`)).toEqual([
    'ok E-NODE-01',
    'ok E-SETTING-01',
    'ok E-OFF-01',
    'ok E-SAMPLER-01',
    'warning E-LOAD-02',
    'warning E-ESM-01',
    'ok E-BUNDLE-01',
    'ok E-API-01',
    'ok E-SDK-01',
    'ok E-APM-01',
    'ok E-RANGE-01',
    'ok E-PM-01',
    'warning E-EXPORT-01',
  ]);
  for (const { title, code } of checks) expect(title).toBe(symptoms[code].title);
});

describe('switches and settings', () => {
  test.each([
    [{ OTEL_SDK_DISABLED: 'true' }, 'problem', 'OTEL_SDK_DISABLED=true in the environment'],
    [{ SPANDREL_ENABLED: '0' }, 'problem', 'SPANDREL_ENABLED=0 in the environment'],
    [{ OTEL_SDK_DISABLED: 'yes' }, 'ok', 'nothing is switched off'],
  ])('%j is %s: %s', async (env, status, seen) => {
    expect(await line('E-OFF-01', cjs, { env })).toMatchObject({ status, seen });
  });

  test('the .env that says so is named', async () => {
    const env = { OTEL_SDK_DISABLED: 'true' };
    const files = { '.env': 'A=1\nOTEL_SDK_DISABLED="true"\n' };
    expect((await line('E-OFF-01', files, { env })).seen).toMatch(/, and in .*\.env$/);
    expect(await line('E-OFF-01', files)).toMatchObject({
      status: 'warning',
      seen: expect.stringContaining('OTEL_SDK_DISABLED=true; it counts with node --env-file'),
    });
  });

  test.each([
    [{ SPANDREL_MIN_REPEATS: 'many' }, 'problem', 'SPANDREL_MIN_REPEATS must be'],
    [{ SPANDREL_MIN_REPEAT: '7' }, 'warning', 'SPANDREL_MIN_REPEAT is not a setting'],
    [{ SPANDREL_MIN_REPEATS: '7' }, 'ok', '1 set by the environment'],
  ])('%j is %s', async (env, status, seen) => {
    const found = await line('E-SETTING-01', cjs, { env });
    expect(found).toMatchObject({ status, seen: expect.stringContaining(seen) });
  });

  test('a configuration file counts', async () => {
    const off = { 'spandrel.config.json': { enabled: false, minRepeats: 7 } };
    expect(await line('E-OFF-01', off)).toMatchObject({
      status: 'problem',
      seen: '"enabled": false in the configuration file',
    });
    expect((await line('E-SETTING-01', off)).seen).toMatch(
      /^2 by .*spandrel\.config\.json, all well$/,
    );
    const wrong = { 'spandrel.config.json': { minRepeats: 'many' } };
    expect(await line('E-SETTING-01', wrong)).toMatchObject({ status: 'problem' });
    const elsewhere = { 'spandrel.config.json': { endpoint: 'http://127.0.0.1:9' } };
    const env = { OTEL_TRACES_EXPORTER: 'otlp' };
    expect((await line('E-EXPORT-01', elsewhere, { env })).seen).toContain('127.0.0.1:9/v1/traces');
  });

  test.each([
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, 'problem', 'always_off, from OTEL_TRACES_SAMPLER'],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
      'problem',
      'traceidratio 0, from OTEL_TRACES_SAMPLER',
    ],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, 'ok', 'always_on, from OTEL_TRACES_SAMPLER'],
  ])('%j is %s', async (env, status, seen) => {
    expect(await line('E-SAMPLER-01', cjs, { env })).toMatchObject({ status, seen });
  });
});

describe('the entry', () => {
  test('is taken from the command, the start script or main', async () => {
    const files = {
      'package.json': { scripts: { start: 'node --env-file=.env src/start.mjs' }, main: 'app.cjs' },
      'app.cjs': '',
      'src/start.mjs': '',
    };
    expect((await line('E-ESM-01', files)).seen).toMatch(
      /src\/start\.mjs is an ES module \(\.mjs\)/,
    );
  });

  test('as an ES module needs hooks', async () => {
    expect(await line('E-ESM-01', esm)).toMatchObject({ status: 'ok' });
    const off = await line('E-ESM-01', esm, { env: { SPANDREL_ESM_HOOKS: 'off' } });
    expect(off).toMatchObject({ status: 'problem', remedy: 'Unset SPANDREL_ESM_HOOKS.' });
    expect(await line('E-ESM-01', cjs, { env: { SPANDREL_ESM_HOOKS: 'off' } })).toMatchObject({
      status: 'ok',
    });
  });

  test.each([
    ['import x from "y";\n', true],
    ['export const a = 1;\n', true],
    ['const a = import("y");\n', false],
    ["require('y');\n", false],
  ])('without a type in package.json, %j decides', async (text, isModule) => {
    const found = await line('E-ESM-01', { 'package.json': { main: 'a.js' }, 'a.js': text });
    expect(found.seen.includes('its import and export statements')).toBe(isModule);
  });

  test.each([
    ['app.cjs', "require('express');\nrequire('@spandrel/bootstrap/register');", 'problem'],
    ['app.cjs', "require('@spandrel/bootstrap/register');\nrequire('express');", 'ok'],
    [
      'app.mjs',
      "import '@spandrel/bootstrap/register';\nimport express from 'express';",
      'problem',
    ],
    ['app.mjs', "import '@spandrel/bootstrap/register';\nawait import('express');", 'ok'],
    ['app.mjs', "import '@spandrel/bootstrap/register';\nawait import('./server.js');", 'ok'],
  ])('%s with %j: %s', async (name, text, status) => {
    const files = { 'package.json': { main: name }, [name]: text };
    expect(await line('E-LOAD-01', files)).toMatchObject({ status });
  });

  test('that a bundler made has nothing to hook', async () => {
    const inlined = '// node_modules/express/lib/express.js\nvar x = __commonJS({});\n';
    const found = await line('E-BUNDLE-01', { ...cjs, 'app.cjs': inlined });
    expect(found).toMatchObject({
      status: 'problem',
      seen: expect.stringMatching(/holds express$/),
    });
    const minified = `var a=1;${'x();'.repeat(50_000)}`;
    expect(await line('E-BUNDLE-01', { ...cjs, 'app.cjs': minified })).toMatchObject({
      status: 'warning',
    });
  });
});

describe('who loads us', () => {
  const flag = 'node --require @spandrel/bootstrap/register app.cjs';
  test.each([
    ['the command', cjs, { command: flag.split(' ') }],
    ['NODE_OPTIONS', cjs, { env: { NODE_OPTIONS: '--import @spandrel/bootstrap/register' } }],
    ['script start', { 'package.json': { scripts: { start: flag } } }, {}],
    ['Dockerfile', { Dockerfile: `CMD ${flag}` }, {}],
  ])('is seen in %s', async (place, files, more) => {
    const found = await line('E-LOAD-02', files, more as Partial<Examined>);
    expect(found).toMatchObject({
      status: 'ok',
      seen: `@spandrel/bootstrap is loaded by ${place}`,
    });
  });
});

describe('packages', () => {
  test('a copy of the API that is newer than ours is blind, older and equal ones are not', async () => {
    const files = {
      ...installedPackage('@opentelemetry/api', '1.9.0'),
      ...installedPackage('@opentelemetry/api', '1.99.0', 'node_modules/queue/'),
      ...installedPackage('queue', '1.0.0'),
    };
    const found = await line('E-API-01', files);
    expect(found.status).toBe('problem');
    expect(found.seen).toMatch(/^we register with 1\.10\.0; 1\.9\.0 in .*, 1\.99\.0 in .*queue/);
    const older = installedPackage('@opentelemetry/api', '1.9.0');
    expect(await line('E-API-01', older)).toMatchObject({ status: 'ok' });
  });

  test("copies in pnpm's store are seen", async () => {
    const at = 'node_modules/.pnpm/@opentelemetry+api@2.0.0/';
    const files = installedPackage('@opentelemetry/api', '2.0.0', at);
    expect((await line('E-API-01', files)).status).toBe('problem');
  });

  test('other SDKs and agents are named when the project asks for them', async () => {
    const dependencies = {
      '@sentry/node': '^11',
      'dd-trace': '^6',
      '@opentelemetry/sdk-trace-base': '^2',
    };
    const files = {
      'package.json': { dependencies },
      ...installedPackage('@sentry/node', '11.12.0'),
      ...installedPackage('dd-trace', '6.21.0'),
      ...installedPackage('newrelic', '14.5.1'),
      ...installedPackage('@opentelemetry/sdk-trace-base', '2.1.0'),
    };
    const checks = await examined(files);
    const seen = (code: string) => checks.find((check) => check.code === code);
    expect(seen('E-SDK-01')).toMatchObject({
      status: 'warning',
      seen: 'Sentry (@sentry/node 11.12.0), @opentelemetry/sdk-trace-base 2.1.0',
    });
    expect(seen('E-APM-01')).toMatchObject({
      status: 'warning',
      seen: 'Datadog (dd-trace 6.21.0)',
    });
  });

  test('versions that an instrumentation does not know are named', async () => {
    const files = { ...installedPackage('pg', '9.0.0'), ...installedPackage('express', '5.3.0') };
    expect(await line('E-RANGE-01', files)).toMatchObject({
      status: 'warning',
      seen: expect.stringMatching(/^pg 9\.0\.0 is not in >=8/),
    });
    const known = installedPackage('express', '5.3.0');
    expect(await line('E-RANGE-01', known)).toMatchObject({ status: 'ok', seen: 'express 5.3.0' });
  });
});

describe('surroundings', () => {
  const cluster = "exec_mode: 'cluster', node_args: '--require @spandrel/bootstrap/register'";
  test.each([
    [cluster, 'problem'],
    ["instances: 'max'", 'warning'],
    ["exec_mode: 'cluster', env: { NODE_OPTIONS: '-r @spandrel/bootstrap/register' }", 'ok'],
    ["script: 'app.js'", 'ok'],
  ])('pm2 with %s: %s', async (text, status) => {
    const files = { 'ecosystem.config.cjs': `module.exports = { apps: [{ ${text} }] };` };
    expect(await line('E-PM-01', files)).toMatchObject({ status });
  });

  test('Next.js needs its instrumentation file and external packages', async () => {
    const next = {
      'package.json': { dependencies: { next: '16' } },
      ...installedPackage('next', '16.0.0'),
    };
    const file = { 'src/instrumentation.ts': "await import('@spandrel/bootstrap')" };
    const config = { 'next.config.mjs': 'export default { serverExternalPackages: ["pg"] }' };
    const seen = async (files: object) => (await line('E-NEXT-01', { ...next, ...files })).seen;
    expect(await seen({})).toBe('next 16.0.0 without an instrumentation file');
    expect(await seen({ 'instrumentation.js': '' })).toContain('does not start us');
    expect(await seen(file)).toContain('serverExternalPackages is not set');
    expect(await seen({ ...file, ...config })).toContain('started by src/instrumentation.ts');
    expect(await examined({})).not.toContainEqual(expect.objectContaining({ code: 'E-NEXT-01' }));
  });
});

test.each([
  ['package.json', '{ "main": 7, "scripts": null, "dependencies": [] '],
  ['package.json', '{ "scripts": { "start": 5 }, "dependencies": null, "version": {} }'],
  ['package.json', '[]'],
  ['package.json', '"text"'],
  ['app.js', '\0\u001b[2J'],
])('%s that holds %j does no harm', async (name, text) => {
  expect(await examined({ [name]: text })).toHaveLength(13);
});

test('a folder that is not there is no reason to fail', async () => {
  const folder = join(aProject({}), 'gone');
  await expect(examine({ folder, env: quietEnv, ownFile: __filename })).resolves.toHaveLength(13);
});
