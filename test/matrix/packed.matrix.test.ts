import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runApp } from '../processes/run-app.ts';
import { startReceiver } from '../receiver/receiver.ts';
import type { Receiver } from '../receiver/receiver.ts';

const root = join(__dirname, '../..');
const packages = ['engine', 'processor', 'cache', 'bootstrap', 'cli'];
let project: string;
let receiver: Receiver;

// The packages as npm would publish them, installed in an empty project elsewhere.
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'spandrel-packed-'));
  const tarballs = packages.map((name) => pack(name));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'elsewhere', private: true }),
  );
  npm([
    'install',
    '--no-audit',
    '--no-fund',
    '@opentelemetry/api@1.10.0',
    'keyv@6.1.0',
    'tsx@4.23.15',
    ...tarballs,
  ]);
  receiver = await startReceiver();
}, 600_000);

afterAll(async () => {
  await receiver?.close();
  rmSync(project, { recursive: true, force: true });
});

describe('a small application, four ways', () => {
  const commonJs = app('cjs', "const http = require('node:http');");
  const esModule = app('mjs', "import http from 'node:http';");
  const register = '@spandrel/bootstrap/register';

  test.each([
    ['--require and a CommonJS application', commonJs, ['--require', register]],
    ['--require and an ES module', esModule, ['--require', register]],
    ['--import and an ES module', esModule, ['--import', register]],
    ['--import and a CommonJS application', commonJs, ['--import', register]],
    [
      'TypeScript run by tsx',
      app('mts', "enum Way { tsx } void Way.tsx; import http from 'node:http';"),
      ['--require', register, '--import', 'tsx'],
    ],
    [
      'require() first',
      app('cjs', `require('${register}'); const http = require('node:http');`),
      [],
    ],
    [
      'import first',
      app('mjs', `import '${register}'; const { default: http } = await import('node:http');`),
      [],
    ],
    [
      'start() from a CommonJS file',
      app('cjs', "require('@spandrel/bootstrap').start(); const http = require('node:http');"),
      [],
    ],
    [
      'start() from an ES module',
      app(
        'mjs',
        "import { start } from '@spandrel/bootstrap'; start(); const { default: http } = await import('node:http');",
      ),
      [],
    ],
  ])('%s exports its span', async (way, source, flags) => {
    const file = join(project, `app-${way.replace(/\W+/g, '-')}.${source.extension}`);
    writeFileSync(file, source.text);
    const env = {
      OTEL_SERVICE_NAME: way,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      NODE_ENV: 'production',
    };
    const { code, stderr } = await runApp(file, env, [...flags], { cwd: project }).ended;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^spandrel: watching .*\n$/),
    });
    const spans = receiver.spans.filter(({ service }) => service === way);
    expect(spans.map(({ attributes }) => attributes['spandrel.endpoint'])).toContain('GET /hello');
  });
});

test('the cache, the processor, the engine and the command line load both ways', () => {
  for (const name of ['engine', 'engine/otlp', 'processor', 'cache', 'cli']) {
    for (const load of [`require('@spandrel/${name}')`, `import('@spandrel/${name}')`]) {
      expect(() => run(process.execPath, ['-e', `${load}`])).not.toThrow();
    }
  }
  expect(run(process.execPath, ['node_modules/.bin/spandrel', '--version'])).toMatch(
    /^\d+\.\d+\.\d+/,
  );
});

describe('the command line, installed', () => {
  const application = app('cjs', "const http = require('node:http');");
  const spandrel = join('node_modules', '.bin', 'spandrel');
  let file: string;

  beforeAll(() => {
    file = join(project, 'watched.cjs');
    writeFileSync(file, application.text);
  });

  test('runs an application and reports it', async () => {
    const { services } = JSON.parse(await said([spandrel, 'run', '--json', file]));
    expect(services).toMatchObject([{ service: 'elsewhere' }]);
    expect(services[0].endpoints).toContainEqual(
      expect.objectContaining({ endpoint: 'GET /hello', calls: 1 }),
    );
  });

  test('examines the project with its own copy of the bootstrap', async () => {
    const command = ['doctor', '--json', '--', process.execPath, file];
    const { bootstrap, checks } = JSON.parse(
      await said([spandrel, ...command], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }),
    );
    expect(bootstrap).toMatchObject({ isOwn: true, version: '0.1.0' });
    expect(checks).toContainEqual(
      expect.objectContaining({ code: 'E-SPANS-01', status: 'ok', title: 'requests and spans' }),
    );
    expect(checks.filter(({ status }: { status: string }) => status === 'problem')).toEqual([]);
  });
});

/** Serves one request of its own and ends. */
function app(extension: string, imports: string): { extension: string; text: string } {
  const text = `${imports}
    const server = http.createServer((request, response) => response.end('hello'));
    server.listen(0, '127.0.0.1', () => {
      http.get({ port: server.address().port, path: '/hello', agent: false }, (response) => {
        response.resume().on('end', () => { server.close(); process.disconnect?.(); });
      });
    });`;
  return { extension, text };
}

function pack(name: string): string {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', project], {
      cwd: join(root, 'packages', name),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  return join(project, packed.filename);
}

function npm(args: string[]): void {
  execFileSync('npm', args, { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { cwd: project, encoding: 'utf8' });
}

/** Of Node.js with these arguments, while the receiver here goes on. */
async function said(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const all = { ...process.env, ...env };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: project, env: all });
  return stdout;
}
