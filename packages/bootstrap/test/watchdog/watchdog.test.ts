import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runApp } from '../../../../test/processes/run-app.ts';
import { startReceiver } from '../../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../../test/receiver/receiver.ts';

const apps = join(__dirname, '../apps');
let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

async function saidBy(app: string, env: NodeJS.ProcessEnv, flags?: string[]): Promise<string> {
  const all = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    NODE_ENV: 'production',
    SPANDREL_QUIET: 'true',
    ...env,
  };
  const { stderr } = await runApp(join(apps, app), all, flags).ended;
  return stderr;
}

test('an ES module without hooks is named as the cause, once', async () => {
  const said = await saidBy('asked.mjs', { SPANDREL_ESM_HOOKS: 'off', REQUESTS: '5' });
  expect(said).toBe(
    'spandrel: 5 requests and no server spans: the application is an ES module (.mjs) and ' +
      'imports are not hooked (E-ESM-01; spandrel doctor says more)\n',
  );
});

test('a sampler that drops everything is named', async () => {
  const said = await saidBy('asked.mjs', { OTEL_TRACES_SAMPLER: 'always_off' });
  expect(said).toContain('the sampler always_off drops every trace (E-SAMPLER-01;');
});

test('a start after http was loaded is named', async () => {
  expect(await saidBy('late.cjs', {}, [])).toContain('http had been loaded before us (E-LOAD-01;');
});

test.each([
  ['spans are made', {}],
  ['everything is switched off', { SPANDREL_ENABLED: 'false' }],
  ['the SDK is switched off', { OTEL_SDK_DISABLED: 'true' }],
  ['there are no requests', { REQUESTS: '0', SPANDREL_ESM_HOOKS: 'off' }],
  ['spans are made and go nowhere', { OTEL_TRACES_EXPORTER: 'none' }],
  [
    'the caller does not record',
    { TRACEPARENT: '00-11111111111111111111111111111111-2222222222222222-00' },
  ],
  [
    'the sampler is thin and requests are few',
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.001', REQUESTS: '20' },
  ],
])('is silent when %s', async (_when, env) => {
  expect(await saidBy('asked.mjs', env)).toBe('');
});
