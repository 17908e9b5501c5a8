import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const soak = join(__dirname, '../soak/soak.mjs');

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The two-minute form of `npm run soak`; its table goes to the log. */
function run(): Promise<Outcome> {
  const child = spawn(process.execPath, [soak, '--minutes', '2'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

test('with every cap full the heap stays as it is, and every span is accounted for', async () => {
  const { code, stdout, stderr } = await run();
  console.log(stdout);
  expect(stderr).toBe('');
  expect(stdout).toContain('ok      every cap full');
  expect(stdout).not.toContain('FAILED');
  expect(code).toBe(0);
}, 600_000);
