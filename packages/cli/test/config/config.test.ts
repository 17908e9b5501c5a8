import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Running } from '../run/running.ts';

let project: string;

beforeAll(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'spandrel-config-test-')));
  const settings = { slowQueryMs: 50, headers: { 'x-key': 'hush' } };
  writeFileSync(join(project, 'spandrel.config.json'), JSON.stringify(settings));
});
afterAll(() => rmSync(project, { recursive: true }));

async function config(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const running = new Running(['config', ...args], env, project);
  const code = await running.exit();
  expect(running.stdout + running.stderr).not.toContain('hush');
  return { code, stdout: running.stdout, stderr: running.stderr };
}

test('lists what is set first, with the file, and then the defaults', async () => {
  const env = { SPANDREL_MIN_REPEATS: '7', OTEL_SERVICE_NAME: 'shop', OTEL_PROPAGATORS: 'x' };
  const { code, stdout, stderr } = await config([], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [set, defaults] = stdout.split('by default');
  expect(set).toContain(`${project}/spandrel.config.json`);
  expect(set).toMatch(/warning OTEL_PROPAGATORS must be/);
  expect(set).toMatch(/slowQueryMs +50 +file +SPANDREL_SLOW_QUERY_MS\n/);
  expect(set).toMatch(/headers +\(hidden\) +file /);
  expect(set).toMatch(/minRepeats +7 +environment +SPANDREL_MIN_REPEATS\n/);
  expect(set).toMatch(/OTEL_SERVICE_NAME +shop +environment\n/);
  expect(set).toMatch(/OTEL_PROPAGATORS +x +environment +does not count\n/);
  expect(defaults).toMatch(/slowHttpMs +500 +default /);
});

test('gives the same as JSON', async () => {
  const { code, stdout } = await config(['--json'], { SPANDREL_MIN_REPEATS: '7' });
  expect(code).toBe(0);
  const { version, file, settings } = JSON.parse(stdout) as {
    version: number;
    file: string;
    settings: { name: string; shown: string; source: string }[];
  };
  expect({ version, file }).toEqual({ version: 1, file: join(project, 'spandrel.config.json') });
  const minRepeats = settings.find(({ name }) => name === 'minRepeats');
  expect(minRepeats).toMatchObject({ shown: '7', source: 'environment' });
});

test('names what is refused, and exits with 1', async () => {
  const { code, stdout } = await config([], { SPANDREL_MIN_REPEATS: '1' });
  expect(code).toBe(1);
  expect(stdout).toContain('refused SPANDREL_MIN_REPEATS must be a whole number of at least 2');
});
