import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { register, runApp } from '../../../../test/processes/run-app.ts';
import { startReceiver } from '../../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../../test/receiver/receiver.ts';

const app = join(__dirname, '../../../../test/apps/endings/trees.cjs');

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

test.each([
  ['child processes that inherit NODE_OPTIONS', 'child', {}, '', ['child', 'parent']],
  [
    'workers of a cluster, disconnected, killed and interrupted',
    'cluster',
    {},
    '',
    ['primary', 'worker 1', 'worker 2', 'worker 3'],
  ],
  ['threads are not watched by the preload', 'thread', {}, 'thread 7\n', ['main']],
  [
    'threads that call start() send their own',
    'thread',
    { START: 'yes' },
    'thread 7\n',
    ['main', 'thread'],
  ],
] as const)('%s', async (_what, tree, more, stdout, names) => {
  const env = {
    TREE: tree,
    NODE_OPTIONS: `--require ${register}`,
    NODE_ENV: 'production',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    SPANDREL_FLUSH_TIMEOUT_MS: '60000',
    ...more,
  };
  expect(await runApp(app, env, []).ended).toMatchObject({ code: 0, signal: null, stdout });
  expect(receiver.spans.map(({ name }) => name).sort()).toEqual(names);
});
