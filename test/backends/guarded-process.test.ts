import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { rootDir, startGuarded } from './guarded-process.ts';

/** Says its process id and then stays for as long as it is let. */
const staying = [process.execPath, '-e', 'console.log(process.pid); setInterval(() => {}, 1000)'];

describe('a guarded process', () => {
  test('ends when it is stopped', async () => {
    const guarded = startGuarded(staying, { output: ['pipe', 'inherit'] });
    const [line] = await once(guarded.child.stdout!, 'data');
    await guarded.stop();
    expect(isAlive(Number(line))).toBe(false);
  });

  test('ends when the process that started it is killed', async () => {
    const guard = join(rootDir, 'test/backends/end-with-parent.mjs');
    const command = JSON.stringify([guard, ...staying]);
    const parentScript = `require('node:child_process').spawn(process.execPath, ${command}, { stdio: ['pipe', 'inherit', 'inherit'] })`;
    const parent = spawn(process.execPath, ['-e', parentScript], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(parent.stdout, 'data');
    expect(isAlive(Number(line))).toBe(true);
    parent.kill('SIGKILL');
    while (isAlive(Number(line))) await delay(20);
  });

  test('passes the exit code on', async () => {
    const guarded = startGuarded([process.execPath, '-e', 'process.exit(7)'], {
      output: ['ignore', 'ignore'],
    });
    expect(await guarded.ended).toBe(7);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
