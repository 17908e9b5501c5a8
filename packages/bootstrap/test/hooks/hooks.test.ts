import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { register, runApp } from '../../../../test/processes/run-app.ts';
import { startReceiver } from '../../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../../test/receiver/receiver.ts';

const apps = join(__dirname, '../apps');
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});
beforeEach(() => {
  receiver.spans.length = 0;
});
afterAll(() => receiver.close());

const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  NODE_ENV: 'production',
  SPANDREL_QUIET: 'true',
  ...more,
});

const serverSpans = () => receiver.spans.filter(({ kind }) => kind === 2);

describe('the first import of a module is instrumented', () => {
  test.each([
    ['a CommonJS application', '--require', 'express.cjs'],
    ['a CommonJS application', '--import', 'express.cjs'],
    ['an ES module', '--require', 'express.mjs'],
    ['an ES module', '--import', 'express.mjs'],
    ['TypeScript run by Node.js', '--import', 'express.mts'],
  ])('in %s with %s', async (_what, flag, app) => {
    const { code, stderr } = await runApp(join(apps, app), env(), [flag, register]).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('spandrel') });
    expect(serverSpans()).toMatchObject([{ attributes: { 'http.route': '/users/:id' } }]);
  });

  test('by a thread of its own, as releases without synchronous hooks have it', async () => {
    const { code } = await runApp(join(apps, 'express.mjs'), env({ SPANDREL_ESM_HOOKS: 'async' }))
      .ended;
    expect(code).toBe(0);
    expect(serverSpans()).toMatchObject([{ attributes: { 'http.route': '/users/:id' } }]);
    const scopes = new Set(receiver.spans.map(({ scope }) => scope));
    expect([...scopes].sort()).toEqual([
      '@opentelemetry/instrumentation-express',
      '@opentelemetry/instrumentation-http',
    ]);
  });
});

test('with SPANDREL_ESM_HOOKS=off an import goes through untouched', async () => {
  await runApp(join(apps, 'express.mjs'), env({ SPANDREL_ESM_HOOKS: 'off' })).ended;
  expect(serverSpans().map(({ attributes }) => attributes['http.route'])).not.toContain(
    '/users/:id',
  );
});

test('an application without any of our targets loads one file of ours and no hook library', async () => {
  const { code, stdout } = await runApp(join(apps, 'targetless.cjs'), env()).ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(['preload/start.js']);
});

describe('without a script nothing stands in the way of import', () => {
  const code = "import('node:http').then((http) => console.log(typeof http.get))";
  test.each([
    ['-e', ['-e', code]],
    ['-e with arguments', ['-e', code, 'one', 'two']],
    ['an ES module in -e', ['--input-type=module', '-e', `await ${code}`]],
    ['-p', ['-p', "require('http'); 'function'"]],
  ])('%s', async (_what, args) => {
    const [first, ...rest] = args;
    const ended = await runApp(first!, env(), ['--require', register], { args: rest }).ended;
    expect(ended).toMatchObject({ code: 0, stdout: 'function\n', stderr: '' });
  });

  test('require is instrumented all the same', async () => {
    const serve = `require(${JSON.stringify(join(apps, 'express.cjs'))})`;
    await runApp('-e', env(), ['--require', register], { args: [serve] }).ended;
    expect(serverSpans()).toMatchObject([{ attributes: { 'http.route': '/users/:id' } }]);
  });
});

describe('an instrumentation that cannot be loaded', () => {
  let folder: string;

  // Our built packages as npm would lay them, with a broken file.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spandrel-broken-'));
    const bootstrap = join(__dirname, '../..');
    const copy = join(folder, 'bootstrap');
    mkdirSync(copy);
    cpSync(join(bootstrap, 'dist'), join(copy, 'dist'), { recursive: true });
    cpSync(join(bootstrap, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(bootstrap, '../../node_modules'), join(folder, 'node_modules'));
    writeFileSync(
      join(copy, 'dist/preload/instrumentations/express.js'),
      'throw new Error("bad");',
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([['express.cjs'], ['express.mjs']])(
    'costs its own spans and a line, and %s runs',
    async (app) => {
      const broken = join(folder, 'bootstrap/dist/cjs/register.js');
      const { code, stderr } = await runApp(join(apps, app), env(), ['--require', broken]).ended;
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: 'spandrel: express is not instrumented: bad\n',
      });
      expect(serverSpans()).toHaveLength(1);
    },
  );
});
