import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Report } from '@spandrel/engine';
import { findPostgres } from '../../../../test/services/postgres.ts';
import type { Postgres } from '../../../../test/services/postgres.ts';
import { apps, Running } from './running.ts';

// Real processes and a real database, on however slow a machine.
jest.setTimeout(120_000);

let postgres: Postgres;
let running: Running | undefined;

beforeAll(async () => {
  postgres = await findPostgres();
});
afterAll(() => postgres?.stop());
afterEach(async () => {
  await running?.end();
  running = undefined;
});

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): Running {
  return (running = new Running(['run', ...args], { DATABASE_URL: postgres.url, ...env }, cwd));
}

describe('an application with an N+1', () => {
  test('is reported with its line; what it says and how it ends stay its own', async () => {
    const app = run(['loop.cjs', '--ask', '6', '--help']);
    expect(await app.exit()).toBe(7);
    expect(app.stdout).toMatch(/^listening http:\/\/127\.0\.0\.1:\d+ --ask 6 --help\n$/);
    expect(app.stderr).toMatch(/^spandrel: running @spandrel\/cli; .*\n/);
    expect(app.stderr).toMatch(/ {2}GET \/teams\/:id +6 +0 .* 8 .* N\+1/);
    expect(app.stderr).toMatch(/^\d+\. N\+1 query in GET \/teams\/:id/m);
    expect(app.stderr).toMatch(/where +(packages\/cli\/test\/run\/apps\/)?loop\.cjs:10/);
  });

  test('is found while it runs, and Ctrl-C reaches it once', async () => {
    const app = run(['--service', 'looping', 'loop.cjs']);
    const [, url] = await app.says(/listening (\S+)/);
    await fetch(`${url}/teams/1`);
    await app.says(/spandrel: \w+: N\+1 query in GET \/teams\/:id: .*; \S*loop\.cjs:10\n/);
    app.process.kill('SIGINT');
    expect(await app.exit()).toBe(5);
    expect(app.stdout.match(/interrupted \d/g)).toEqual(['interrupted 1']);
    expect(app.stderr).toMatch(/^\d+\. N\+1 query in GET \/teams\/:id {2}\w+ {2}looping$/m);
  });

  test('is judged by the limits that are given, here and in the process', async () => {
    const app = run(['--min-repeats', '9', '--quiet', 'loop.cjs', '--ask', '2']);
    expect(await app.exit()).toBe(7);
    expect(app.stderr).toMatch(/^\n@spandrel\/cli\n/);
    expect(app.stderr).not.toContain('N+1 query');
  });

  test('comes as one JSON document, while the application writes to stderr', async () => {
    const app = run(['--json', '--', process.execPath, 'loop.cjs', '--ask', '3']);
    expect(await app.exit()).toBe(7);
    const report = JSON.parse(app.stdout) as Report;
    expect(report.problems.map(({ rule }) => rule)).toContain('n-plus-one-query');
    expect(app.stderr).toContain('listening http');
  });

  test('comes as Markdown', async () => {
    const app = run(['--markdown', 'loop.cjs', '--ask', '3']);
    expect(await app.exit()).toBe(7);
    expect(app.stdout).toMatch(/^#/);
    expect(app.stdout).toContain('GET /teams/:id');
  });
});

test('TypeScript runs, as an ES module', async () => {
  const app = run(['typed.ts']);
  expect(await app.exit()).toBe(0);
  expect(app.stderr).toContain('GET /typed');
});

test('a command is run with all the Node.js processes it starts', async () => {
  const app = run(['--', 'sh', '-c', `'${process.execPath}' child.cjs`]);
  expect(await app.exit()).toBe(0);
  expect(app.stderr).toContain('GET /inner');
});

describe('how it ends is how the application ended', () => {
  test.each([
    ['an exit code', 'process.exit(9)', 9],
    ['a signal', "process.kill(process.pid, 'SIGKILL')", 'SIGKILL'],
    ['an exception', "throw new Error('no')", 1],
  ])('%s', async (_what, code, ending) => {
    const app = run(['--', process.execPath, '-e', code]);
    expect(await app.exit()).toBe(ending);
    expect(app.stderr).toContain('No spans came.');
  });

  test('SIGTERM, without a listener in the application', async () => {
    const app = run([
      '--',
      process.execPath,
      '-e',
      "console.log('up'); setInterval(() => {}, 1000)",
    ]);
    await app.says(/up/);
    app.process.kill('SIGTERM');
    expect(await app.exit()).toBe('SIGTERM');
  });

  test('the third signal kills one that does not listen to reason', async () => {
    const stubborn = "process.on('SIGINT', () => console.log('no')); setInterval(() => {}, 1000)";
    const app = run(['--', process.execPath, '-e', `${stubborn}; console.log('up')`]);
    await app.says(/up/);
    app.process.kill('SIGINT');
    await app.says(/no\n/);
    app.process.kill('SIGINT');
    await app.says(/no\nno\n/);
    app.process.kill('SIGINT');
    expect(await app.exit()).toBe('SIGKILL');
  });
});

test('the environment cannot switch it off or send it elsewhere', async () => {
  const app = run(['typed.ts'], {
    OTEL_SDK_DISABLED: 'true',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_TRACES_SAMPLER: 'always_off',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9',
    SPANDREL_ENABLED: 'false',
    NODE_OPTIONS: '--no-deprecation',
  });
  expect(await app.exit()).toBe(0);
  expect(app.stderr).toContain('GET /typed');
});

describe('a project elsewhere', () => {
  const project = mkdtempSync(join(tmpdir(), 'spandrel run "elsewhere" '));
  afterAll(() => rmSync(project, { recursive: true }));

  test('gives the service its name, and needs nothing installed', async () => {
    writeFileSync(join(project, 'package.json'), '{ "name": "elsewhere", "main": "app.cjs" }');
    writeFileSync(
      join(project, 'app.cjs'),
      `require('${join(apps, 'child.cjs')}'.replace('child', 'child'))`,
    );
    const app = run(['.', 'inner'], {}, project);
    expect(await app.exit()).toBe(0);
    expect(app.stderr).toMatch(/^elsewhere$/m);
    expect(app.stderr).toContain('GET /inner');
  });
});

test.each([
  [['run'], 2, 'spandrel run: what to run is missing'],
  [['run', '--port', 'x', 'app.js'], 2, 'spandrel run: --port must be'],
  [['run', 'no-such-command'], 127, 'no-such-command could not be started: there is no such'],
  [['run', 'no-such-file.js'], 1, 'Cannot find module'],
])('%j ends with %i and a line', async (args, code, line) => {
  const app = (running = new Running(args));
  expect(await app.exit()).toBe(code);
  expect(app.stderr).toContain(line);
});
