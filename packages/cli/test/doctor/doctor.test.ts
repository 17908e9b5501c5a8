import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { startReceiver } from '../../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../../test/receiver/receiver.ts';
import { Running } from '../run/running.ts';

// Real processes, on however slow a machine.
jest.setTimeout(120_000);

const root = join(__dirname, '../../../..');
const project = mkdtempSync(join(tmpdir(), 'spandrel-doctor-test-'));
const http = `const server = http.createServer((request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => console.log('listening', process.pid));
`;
const files = {
  'package.json': '{ "name": "patient", "scripts": { "start": "node app.cjs" } }',
  'app.cjs': `const http = require('node:http');\n${http}`,
  'app.mjs': `import http from 'node:http';\n${http}`,
  'stubborn.cjs': `process.on('SIGTERM', () => {});\nconst http = require('node:http');\n${http}`,
  'broken.cjs': "throw new Error('no database');",
  'other-sdk.cjs': `const { trace } = require('${root}/node_modules/@opentelemetry/api');
const { TracerProvider } = require('${root}/node_modules/@opentelemetry/sdk-trace');
trace.setGlobalTracerProvider(new TracerProvider());
require('${root}/packages/bootstrap/dist/cjs/register.js'); // @spandrel/bootstrap/register
require('./app.cjs');`,
  'worker.cjs': 'setInterval(() => {}, 1000);',
};

let receiver: Receiver;
let running: Running | undefined;

beforeAll(async () => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver?.close();
  rmSync(project, { recursive: true });
});
afterEach(async () => {
  await running?.end();
  running = undefined;
});

function doctor(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, TMPDIR: project, ...env };
  return (running = new Running(['doctor', ...args], all, project));
}

interface Line {
  readonly code: string;
  readonly status: string;
  readonly seen: string;
}

/** The checks that are not well, from `--json`. */
async function complaints(args: readonly string[], env?: NodeJS.ProcessEnv) {
  const run = doctor(['--json', ...args], env);
  const exitCode = await run.exit();
  const { checks } = JSON.parse(run.stdout) as { checks: Line[] };
  const lines = checks.filter(({ status }) => status !== 'ok');
  return { exitCode, told: lines.map(({ status, code }) => `${status} ${code}`), lines, run };
}

const node = process.execPath;

test('an application that is well makes spans, which arrive; the exit code is 0', async () => {
  const run = doctor(['--', node, 'app.cjs']);
  expect(await run.exit()).toBe(0);
  expect(run.stdout).toMatch(
    /^ok +E-SPANS-01 +requests and spans +requests 1, server spans 1; GET \/ /m,
  );
  expect(run.stdout).toMatch(/^ok +E-EXPORT-01 +collector +1 spans exported$/m);
  expect(run.stdout).toMatch(/\n0 problems, 1 warning\.\n$/);
  expect(run.stderr).toContain('listening');
  expect(receiver.spans.some(({ attributes }) => attributes['url.path'] === '/')).toBe(true);
});

test('without a command the exit code says whether there are problems, and nothing is run', async () => {
  expect(await doctor([]).exit()).toBe(0);
  const down = await complaints([], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  expect(down).toMatchObject({ exitCode: 1, told: ['warning E-LOAD-02', 'problem E-EXPORT-01'] });
});

test('npm start is watched from inside, npm itself is not', async () => {
  const { exitCode, told, run } = await complaints(['--', 'npm', 'start']);
  expect(run.stderr).toContain('listening');
  expect({ exitCode, told }).toEqual({ exitCode: 0, told: ['warning E-LOAD-02'] });
});

test.each([
  ['an ES module without hooks', ['app.mjs'], { SPANDREL_ESM_HOOKS: 'off' }, 'E-ESM-01'],
  ['a sampler that drops all', ['app.cjs'], { OTEL_TRACES_SAMPLER: 'always_off' }, 'E-SAMPLER-01'],
  ['everything switched off', ['app.cjs'], { OTEL_SDK_DISABLED: 'true' }, 'E-OFF-01'],
  ['another SDK that was first', ['other-sdk.cjs'], {}, 'E-SDK-01'],
  [
    'exports that fail',
    ['app.cjs'],
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    'E-EXPORT-01',
  ],
  ['an application that fails', ['broken.cjs'], {}, 'E-RUN-01'],
])('%s is a problem with its code', async (_what, script, env, code) => {
  const { exitCode, told } = await complaints(['--', node, ...script], env);
  expect(exitCode).toBe(1);
  expect(told).toContain(`problem ${code}`);
});

test('what never listens is ended when its time is over', async () => {
  const { exitCode, lines } = await complaints(['--seconds', '8', '--', node, 'worker.cjs']);
  expect({ exitCode, lines }).toMatchObject({ exitCode: 0 });
  expect(lines).toContainEqual(
    expect.objectContaining({
      code: 'E-RUN-01',
      seen: expect.stringMatching(/^ended by us after/),
    }),
  );
});

test('Ctrl-C ends everything, an application that does not want to end as well', async () => {
  const run = doctor(['--no-request', '--seconds', '600', '--', node, 'stubborn.cjs']);
  const [, pid] = await run.says(/listening (\d+)/);
  run.process.kill('SIGINT');
  expect(await run.exit()).toBe(130);
  expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
  expect(readdirSync(project).filter((name) => name.startsWith('spandrel'))).toEqual([]);
});

test.each([
  [['--path', 'a b'], 2, '--path must be a path that starts with /, got a b'],
  [['--seconds', '0'], 2, '--seconds must be a whole number from 1 to 600'],
  [['--', 'no-such-command'], 1, 'no-such-command could not be started: there is no such command'],
])('%j ends with %i and a line', async (args, code, line) => {
  const run = doctor(args);
  expect(await run.exit()).toBe(code);
  expect(run.stderr).toContain(line);
});

test('a reader that goes away early is no trouble', async () => {
  const run = doctor([]);
  run.process.stdout!.destroy();
  await once(run.process, 'exit');
  expect(run.stderr).toBe('');
});
