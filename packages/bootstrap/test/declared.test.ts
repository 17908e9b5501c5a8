import { readDeclaration } from '../src/declared/declaration.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runApp } from '../../../test/processes/run-app.ts';
import { startReceiver } from '../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../test/receiver/receiver.ts';

const app = join(__dirname, 'apps/two-spans.cjs');

let receiver: Receiver;
let folder: string;

beforeEach(async () => {
  receiver = await startReceiver();
  folder = mkdtempSync(join(tmpdir(), 'spandrel-declared-'));
});
afterEach(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(yaml: string, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(folder, 'otel.yaml'), yaml);
  const all = { OTEL_CONFIG_FILE: 'otel.yaml', COLLECTOR: receiver.url, ...env };
  return runApp(app, all, undefined, { cwd: folder }).ended;
}

const whole = `
file_format: "1.0"
resource:
  attributes:
    - { name: service.name, value: declared-shop }
attribute_limits:
  attribute_value_length_limit: 60
propagator:
  composite: [{ b3: }]
tracer_provider:
  processors:
    - batch:
        schedule_delay: 50
        exporter:
          otlp_http: { endpoint: "\${COLLECTOR}/v1/traces" }
    - simple:
        exporter: { console: }
  sampler:
    parent_based: { root: { always_on: } }
meter_provider:
  readers:
    - periodic:
        exporter:
          otlp_http: { endpoint: "\${COLLECTOR}/v1/metrics" }
`;

describe('OTEL_CONFIG_FILE', () => {
  test('makes the SDK, and spans are judged, cleaned and sent where the file says', async () => {
    const { code, stdout, stderr } = await run(whole);
    expect(code).toBe(0);
    expect(stderr).toContain(
      `watching declared-shop, exporting to ${receiver.url} and the console`,
    );
    expect(receiver.spans.map(({ service, name }) => [service, name]).sort()).toEqual([
      ['declared-shop', 'job'],
      ['declared-shop', 'query'],
    ]);
    const job = receiver.spans.find(({ name }) => name === 'job')!;
    expect(job.attributes).toMatchObject({ long: 'x'.repeat(60), 'spandrel.db.query_count': 1 });
    expect(stdout).toContain('"headers":["b3"]');
    expect(stdout).toContain("name: 'query'");
    expect(Buffer.concat(receiver.bodies).includes('hush')).toBe(false);
    expect(stdout).not.toContain('hush');
    expect(receiver.points.map(({ name }) => name)).toContain('orders');
    const durations = receiver.points.find(({ name }) => name === 'spandrel.endpoint.duration');
    expect(durations?.kind).toBe('exponentialHistogram');
  });

  test('has the word: other OTEL_ variables count only where it names them', async () => {
    const { code, stdout, stderr } = await run(
      whole.replace('declared-shop', '"${OTEL_SERVICE_NAME}"'),
      {
        OTEL_SDK_DISABLED: 'true',
        OTEL_SERVICE_NAME: 'named',
        OTEL_TRACES_SAMPLER: 'always_off',
        OTEL_PROPAGATORS: 'tracecontext',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=hush',
        OTEL_EXPORTER_OTLP_COMPRESSION: 'zip',
        OTEL_RESOURCE_ATTRIBUTES: 'broken',
      },
    );
    expect(code).toBe(0);
    expect(stderr).not.toContain('must be');
    expect(receiver.spans.map(({ service }) => service)).toEqual(['named', 'named']);
    expect(stdout).toContain('"headers":["b3"]');
    expect(stdout).toContain('"env":"tracecontext"');
  });

  test('loses nothing at process.exit()', async () => {
    const { code, stderr } = await run(whole, { EXIT_CODE: '3' });
    expect(code).toBe(3);
    expect(receiver.spans.map(({ name }) => name).sort()).toEqual(['job', 'query']);
    expect(stderr).not.toContain('lost');
  });

  test('without traces is followed: metrics are sent, and nothing is judged', async () => {
    const [head = '', ...rest] = whole.split('tracer_provider:');
    const metricsOnly = `${head}meter_provider:${rest.join('').split('meter_provider:')[1]}`;
    const { code, stderr } = await run(metricsOnly);
    expect(code).toBe(0);
    expect(stderr).toContain('otel.yaml has no tracer_provider: no spans, and nothing is judged');
    expect(receiver.spans).toEqual([]);
    expect(receiver.points.map(({ name }) => name)).toContain('orders');
  });

  test.each([
    [
      'endpoint: "ftp://user:hush@x"',
      'endpoint must be an http:// or https:// address, got "ftp://x"',
    ],
    ['tls: { ca_file: /nowhere.pem }', 'tls: /nowhere.pem cannot be read (ENOENT)'],
  ])('is refused for an exporter with %s', async (given, why) => {
    const { code, stderr } = await run(whole.replace('endpoint: "${COLLECTOR}/v1/traces"', given));
    expect(code).toBe(0);
    expect(stderr).toBe(
      `spandrel: not started: OTEL_CONFIG_FILE: ${why}; the application runs without it\n`,
    );
  });

  test('leaves our own variables what they are', async () => {
    const { stderr } = await run(whole, { SPANDREL_QUIET: '1', SPANDREL_REDACT: 'false' });
    expect(stderr).toBe('');
    expect(Buffer.concat(receiver.bodies).includes('hush')).toBe(true);
  });

  test('with a sampler that drops all sends nothing', async () => {
    const { code } = await run(whole.replace('root: { always_on: }', 'root: { always_off: }'));
    expect(code).toBe(0);
    expect(receiver.spans).toEqual([]);
  });

  test.each([
    ['disabled: true\n', ''],
    ['tracer_provider: {}\n', 'OTEL_CONFIG_FILE: otel.yaml: Invalid OpenTelemetry config file'],
    [
      'tracer_provider: { processors: [{ batch: { exporter: { carrier_pigeon: } } }] }\n',
      'otel.yaml',
    ],
  ])('%j starts nothing, and says why', async (yaml, why) => {
    const { code, stdout, stderr } = await run(`file_format: "1.0"\n${yaml}`);
    expect(code).toBe(0);
    expect(stdout).toContain('"headers":[]');
    if (why === '') expect(stderr).toBe('');
    else expect(stderr).toMatch(/^spandrel: not started: .*the application runs without it$/m);
    expect(stderr).toContain(why);
    expect(receiver.bodies).toEqual([]);
  });

  test.each([
    ['that is not there', 'nowhere.yaml', 'cannot be read (ENOENT)'],
    ['that is a folder', '.', 'is no file'],
  ])('%s is refused, and ends the process when strict', async (_what, file, why) => {
    const env = { OTEL_CONFIG_FILE: file, SPANDREL_STRICT: '1' };
    const { code, stdout, stderr } = await run('', env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `spandrel: not started: OTEL_CONFIG_FILE: ${file}: ${why}; SPANDREL_STRICT ends the process\n`,
    );
  });
});

test.each(['/dev/zero', __dirname])('%s is not read', (path) => {
  expect(() => readDeclaration(path)).toThrow(`OTEL_CONFIG_FILE: ${path}: is no file`);
});
