import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { register, runApp } from '../../../test/processes/run-app.ts';
import { startReceiver } from '../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../test/receiver/receiver.ts';
import { oursAmong, processorsOf } from '../src/coexistence/attach.ts';
import { canRead } from '../src/coexistence/registry.ts';

const apps = join(__dirname, 'apps/coexistence');
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

function run(app: string, before: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const flags = [...before, register].flatMap((file) => ['--require', join(apps, file)]);
  const base = {
    OTEL_SERVICE_NAME: 'shop',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_METRICS_EXPORTER: 'none',
    NODE_ENV: 'production',
  };
  // The preload's path is absolute.
  const own = flags.map((flag) => (flag.endsWith(register) ? register : flag));
  return runApp(join(apps, app), { ...base, ...env }, own).ended;
}

const loop = [...Array.from({ length: 6 }, () => 'theirs: query'), 'theirs: job, loop found'];
const attached =
  'spandrel: an OpenTelemetry SDK is running already (TracerProvider); attached to it: its spans are judged, instrumentation, export and redaction are its own\n';

describe('an SDK that is there before us', () => {
  test('gets our processor, and its own exporter the verdict; nothing leaves by us', async () => {
    const from = receiver.bodies.length;
    const { code, stdout, stderr } = await run('loop.cjs', ['sdk.cjs']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: attached });
    expect(stdout.trim().split('\n')).toEqual([...loop, 'ours: 1']);
    expect(receiver.bodies).toHaveLength(from);
  });

  test('that has our processor already gets no second one', async () => {
    const { stdout, stderr } = await run('loop.cjs', ['sdk.cjs'], { OURS: '1' });
    expect(stderr).toMatch(
      /^spandrel: an OpenTelemetry SDK .* and has a SpandrelProcessor; nothing more is started\n$/,
    );
    expect(stdout.trim().split('\n')).toEqual([...loop, 'ours: 1']);
  });

  test.each([
    ['closed-provider.cjs', 'HouseTracerProvider'],
    ['hostile-provider.cjs', 'HostileProvider'],
  ])('whose provider takes no processors (%s) is named and left alone', async (file, name) => {
    const { stderr, code } = await run('../script.cjs', [file]);
    expect(stderr).toContain(
      `spandrel: an OpenTelemetry provider is running already (${name}) that takes no span processors: nothing is judged here\n`,
    );
    // What the application makes of such a provider is its own affair.
    expect([0, 1]).toContain(code);
  });
});

describe('an SDK that comes after us', () => {
  test('is refused by OpenTelemetry, and named', async () => {
    const { code, stdout, stderr } = await run('loop.cjs', [], { LATER: join(apps, 'sdk.cjs') });
    expect(code).toBe(0);
    expect(stdout).toBe('ours: 1\n');
    const [first, second, ...rest] = stderr.trim().split('\n');
    expect(first).toMatch(/^spandrel: watching shop/);
    expect(second).toMatch(
      /^spandrel: \S+sdk\.cjs registers an OpenTelemetry provider after us and is refused: /,
    );
    expect(rest).toEqual([]);
  });
});

describe('copies', () => {
  test('of us are one: CommonJS and ES module', async () => {
    const { stdout, stderr } = await run('two-copies.mjs', []);
    expect(stdout).toBe('true true\n');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('of us that are preloaded twice start once', async () => {
    const { code, stderr } = await run('../script.cjs', [register]);
    expect(code).toBe(0);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('of the API that have registered something before us are no obstacle', async () => {
    const from = receiver.spans.length;
    const { stdout } = await run('loop.cjs', ['older-api.cjs']);
    expect(stdout).toBe('ours: 1\n');
    expect(receiver.spans.slice(from).map(({ name }) => name)).toContain('job');
  });

  test('of the API that are too new to see our provider are named, with path and version', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'spandrel-api-')));
    const copy = join(folder, 'node_modules/@opentelemetry/api');
    const ours = join(__dirname, '../../../node_modules/@opentelemetry/api');
    cpSync(realpathSync(ours), copy, { recursive: true });
    const manifest = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'));
    writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest, version: '1.99.0' }));
    const { stderr } = await run('wait.cjs', [], { COPY: copy });
    rmSync(folder, { recursive: true, force: true });
    const lines = stderr.split('\n').filter((line) => line.includes('copies of'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`1.99.0 in ${copy};`);
  });
});

test.each([
  ['1.9.0', '1.10.0', true],
  ['1.10.0', '1.10.3', true],
  ['1.10.0', '1.9.1', false],
  ['2.0.0', '1.10.0', false],
  ['odd', '1.10.0', false],
])('a copy of the API %s in a registry of %s: %s', (copy, of, canSee) => {
  expect(canRead(copy, of)).toBe(canSee);
});

test('providers of the old line, of other forms and frozen lists are not attached to', () => {
  const list = [{}];
  expect(processorsOf({ _activeSpanProcessor: { _spanProcessors: list } })).toBe(list);
  for (const provider of [
    {},
    { _activeSpanProcessor: {} },
    { _activeSpanProcessor: { _spanProcessors: 'no' } },
    { _activeSpanProcessor: { _spanProcessors: Object.freeze([]) } },
    { addSpanProcessor() {}, _activeSpanProcessor: { _spanProcessors: [] } },
  ]) {
    expect(processorsOf(provider)).toBeNull();
  }
  expect(oursAmong(list)).toBeUndefined();
});
