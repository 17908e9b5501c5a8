import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nobodysAddress } from '../endings/run-ending.ts';
import { register } from '../processes/run-app.ts';
import { startReceiver } from '../receiver/receiver.ts';
import type { Receiver } from '../receiver/receiver.ts';

const folder = join(__dirname, 'managers/pm2');
const app = join(__dirname, '../apps/endings/served.cjs');

let home: string;
let receiver: Receiver;
let url: string;

/** Runs one command of pm2, whose daemon has a home of its own. */
async function pm2(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const command = join(folder, 'node_modules/pm2/bin/pm2');
  await promisify(execFile)(process.execPath, [command, ...args], {
    env: { PATH: process.env['PATH'], PM2_HOME: home, HOME: home, ...env },
  });
}

beforeAll(async () => {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  receiver = await startReceiver();
  url = await nobodysAddress();
});
afterAll(() => receiver.close());

const env = () => ({
  PORT: new URL(url).port,
  OTEL_SERVICE_NAME: 'served',
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  NODE_ENV: 'production',
});

async function ask(times: number): Promise<void> {
  for (let asked = 0; asked < times;) {
    try {
      // No connection is kept, so that both workers get some.
      await fetch(url, { headers: { connection: 'close' } }).then((answer) => answer.text());
      asked++;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const requests = (): number =>
  receiver.spans.filter(({ service, kind }) => service === 'served' && kind === 2).length;

test.each([
  ['--node-args', ['--node-args', `--require ${register}`], {}],
  ['NODE_OPTIONS', [], { NODE_OPTIONS: `--require ${register}` }],
] as const)(
  'pm2 in cluster mode, preload by %s: a reload and a stop lose no request',
  async (_way, args, more) => {
    home = mkdtempSync(join(tmpdir(), 'spandrel-pm2-'));
    const before = requests();
    try {
      await pm2(['start', app, '--name', 'served', '-i', '2', ...args], { ...env(), ...more });
      await ask(20);
      await pm2(['reload', 'served']);
      await ask(10);
      await pm2(['stop', 'served']);
    } finally {
      await pm2(['kill']);
      rmSync(home, { recursive: true });
    }
    const ids = new Set(receiver.spans.map(({ spanId }) => spanId));
    expect(ids.size).toBe(receiver.spans.length);
    expect(requests() - before).toBe(30);
  },
);
