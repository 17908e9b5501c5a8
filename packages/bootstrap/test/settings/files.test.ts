import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { register, runApp } from '../../../../test/processes/run-app.ts';

const bootstrap = join(__dirname, '../..');
const nothingLeaves = {
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
};
const apps = {
  commonjs: ['app.cjs', "console.log('working')"],
  module: ['app.mjs', "import { log } from 'node:console'; log('working');"],
} as const;

let root: string;
let count = 0;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'spandrel-files-')));
  mkdirSync(join(root, 'node_modules/@spandrel'), { recursive: true });
  symlinkSync(bootstrap, join(root, 'node_modules/@spandrel/bootstrap'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a small application in a folder of its own, which holds these files. */
async function run(
  files: Record<string, string>,
  {
    kind = 'commonjs' as keyof typeof apps,
    flag = '--require',
    env = {} as NodeJS.ProcessEnv,
    flags = [] as string[],
  } = {},
) {
  const cwd = join(root, String(++count));
  const [app, code] = apps[kind];
  for (const [name, content] of Object.entries({ [app]: code, ...files })) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  const all = { ...nothingLeaves, ...env };
  return runApp(join(cwd, app), all, [...flags, flag, register], { cwd }).ended;
}

/** No line at the start: the file was read, and counts. */
const quietly = { code: 0, signal: null, stdout: 'working\n', stderr: '' };

describe.each([
  ['commonjs' as const, '--require'],
  ['commonjs' as const, '--import'],
  ['module' as const, '--require'],
  ['module' as const, '--import'],
])('a %s application with %s', (kind, flag) => {
  test.each([
    ['spandrel.config.json', '{ "quiet": true }'],
    ['spandrel.config.mjs', 'export default { quiet: true };'],
    ['spandrel.config.ts', 'const quiet: boolean = true;\nexport default { quiet };'],
  ])('takes its settings from %s', async (name, content) => {
    expect(await run({ [name]: content }, { kind, flag })).toEqual(quietly);
  });
});

describe('a module', () => {
  test('may export a function of nothing', async () => {
    const content = 'export default () => ({ quiet: 1 + 1 === 2 });';
    expect(await run({ 'spandrel.config.mjs': content })).toEqual(quietly);
  });

  test('may be written with defineConfig, which loads nothing else of us', async () => {
    const content = `
      import { defineConfig } from '@spandrel/bootstrap/config';
      import type { SpandrelConfig } from '@spandrel/bootstrap/config';
      const settings: SpandrelConfig = { quiet: true, suppress: [{ rule: 'slow-query' }] };
      export default defineConfig(settings);`;
    expect(await run({ 'spandrel.config.ts': content })).toEqual(quietly);
  });

  test('may be CommonJS where its package says so', async () => {
    const files = {
      'package.json': '{ "type": "commonjs" }',
      'spandrel.config.ts': 'const quiet: boolean = true; module.exports = { quiet };',
    };
    expect(await run(files)).toEqual(quietly);
  });

  test('that exits is refused in one line, and the application runs', async () => {
    const files = { 'spandrel.config.mjs': 'process.exit(7);' };
    const { code, stdout, stderr } = await run(files);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'working\n' });
    expect(stderr).toBe(
      'spandrel: not started: spandrel.config.mjs must not end the process; the application runs without it\n',
    );
  });

  test('that takes hold of process.exit has the real one afterwards', async () => {
    const content = `
      const before = process.exit;
      process.exit = (code) => { console.log('wrapped'); before(code); };
      export default { quiet: true };`;
    const files = { 'spandrel.config.mjs': content, 'app.cjs': 'process.exit(4);' };
    expect(await run(files)).toMatchObject({ code: 4, stdout: 'wrapped\n', stderr: '' });
  });

  test('cannot set the exit code', async () => {
    const content = 'process.exitCode = 9; export default { quiet: true };';
    expect(await run({ 'spandrel.config.mjs': content })).toEqual(quietly);
  });

  test('in TypeScript is refused in one line where Node.js cannot read it', async () => {
    const files = { 'spandrel.config.ts': 'export default { quiet: true };' };
    const flags = ['--no-experimental-strip-types'];
    const { code, stdout, stderr } = await run(files, { flags });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'working\n' });
    expect(stderr).toBe(
      'spandrel: not started: spandrel.config.ts: this Node.js cannot read TypeScript; use a .mjs or .json file, or Node.js 22.18 or newer; the application runs without it\n',
    );
  });

  test('that its package takes for CommonJS is told so', async () => {
    const files = {
      'package.json': '{ "type": "commonjs" }',
      'spandrel.config.ts': 'const quiet: boolean = true;\nexport default { quiet };',
    };
    const { code, stdout, stderr } = await run(files);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'working\n' });
    expect(stderr).toContain(
      'spandrel.config.ts:2 is read as CommonJS, as its package.json says; write module.exports, or a .mjs file',
    );
  });

  test('with what types alone cannot express is refused', async () => {
    const content = 'enum Mode { quiet }\nexport default { quiet: Mode.quiet === 0 };';
    const { code, stderr } = await run({ 'spandrel.config.ts': content });
    expect(code).toBe(0);
    expect(stderr).toContain('spandrel.config.ts');
    expect(stderr).toContain('ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX');
  });
});

describe('SPANDREL_STRICT=1', () => {
  const env = { SPANDREL_STRICT: '1' };

  test.each([
    ['a wrong value in a file', { 'spandrel.config.json': '{ "minRepeats": 1 }' }, {}],
    ['an unknown name in a file', { 'spandrel.config.json': '{ "minRepeat": 7 }' }, {}],
    ['a file that exits with 0', { 'spandrel.config.mjs': 'process.exit(0)' }, {}],
    ['a wrong variable', {}, { SPANDREL_REDACT: 'perhaps' }],
    ['an unknown variable', {}, { SPANDREL_REDAKT: 'true' }],
  ])('ends the process for %s', async (_what, files, more) => {
    const { code, stdout, stderr } = await run(files, { env: { ...env, ...more } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^spandrel: not started: .*; SPANDREL_STRICT ends the process\n$/);
  });

  test('changes nothing where all is right, or OpenTelemetry alone is wrong', async () => {
    const { code, stdout, stderr } = await run({}, { env: { ...env, OTEL_PROPAGATORS: 'x' } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'working\n' });
    expect(stderr).toContain('OTEL_PROPAGATORS must be');
  });
});

test('a module that never ends well is not run where we are switched off', async () => {
  const files = { 'spandrel.config.mjs': 'for (;;);' };
  expect(await run(files, { env: { SPANDREL_ENABLED: 'false' } })).toEqual(quietly);
});

test('a working directory that is gone has no file, and the application runs', async () => {
  const { code, stdout } = await run({
    'app.cjs': `
      const { mkdirSync, rmdirSync } = require('node:fs');
      const { spawnSync } = require('node:child_process');
      mkdirSync('gone');
      process.chdir('gone');
      rmdirSync('../gone');
      const flags = ['--require', ${JSON.stringify(register)}, '-e', 'console.log("working")'];
      const { stdout, status } = spawnSync(process.execPath, flags);
      process.stdout.write(stdout);
      process.exitCode = status;`,
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'working\n' });
});
