import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runApp } from '../../../test/processes/run-app.ts';
import { startReceiver } from '../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../test/receiver/receiver.ts';

const app = join(__dirname, 'apps/two-spans.cjs');

let receiver: Receiver;
let folder: string;

beforeEach(async () => {
  receiver = await startReceiver();
  folder = mkdtempSync(join(tmpdir(), 'spandrel-keep-'));
  writeFileSync(
    join(folder, 'otel.yaml'),
    `
file_format: "1.0"
tracer_provider:
  processors: [{ batch: { exporter: { otlp_http: { endpoint: "${receiver.url}/v1/traces" } } } }]
  sampler: { trace_id_ratio_based: { ratio: 0 } }
`,
  );
});
afterEach(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

const noneSampled = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };

test.each([
  ['the short road', noneSampled],
  ['the whole Node SDK', { ...noneSampled, OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true' }],
  ['OTEL_CONFIG_FILE', { OTEL_CONFIG_FILE: 'otel.yaml' }],
])('%s records all and sends what SPANDREL_KEEP names', async (_road, env) => {
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, SPANDREL_SLOW_ENDPOINT_MS: '0.001' };
  const run = (keep: string) =>
    runApp(app, { ...all, ...env, SPANDREL_KEEP: keep }, undefined, { cwd: folder }).ended;
  expect(await run('errors')).toMatchObject({ code: 0 });
  expect(receiver.spans).toEqual([]);
  expect(await run('errors, slow')).toMatchObject({ code: 0 });
  const kept = receiver.spans.map(({ name, attributes }) => [name, attributes['spandrel.kept']]);
  expect(kept.sort()).toEqual([
    ['job', 'slow'],
    ['query', undefined],
  ]);
});

test.each([['always_off'], ['parentbased_always_off']])('%s is off, keep or not', async (name) => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_TRACES_SAMPLER: name,
    SPANDREL_KEEP: 'findings,errors,slow',
    SPANDREL_SLOW_ENDPOINT_MS: '0.001',
  };
  expect(await runApp(app, env).ended).toMatchObject({ code: 0 });
  expect(receiver.spans).toEqual([]);
});
