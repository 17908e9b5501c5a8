import { afterEach, expect, test } from '@jest/globals';
import { Children } from '../../src/demo/children.ts';

const children = new Children();

afterEach(() => children.killAll());

function start(script: string) {
  const lines: string[] = [];
  const onErrorLine = (line: string) => lines.push(line);
  const child = children.start({
    name: 'api',
    args: ['--eval', script],
    env: process.env,
    onErrorLine,
  });
  return { child, lines };
}

const staysReady = "process.send({ type: 'ready', url: 'http://x' }); setInterval(() => {}, 1000);";

test('is ready when it says so, and ends when it is told to', async () => {
  const { child } = start(staysReady);
  expect(await child.ready).toMatchObject({ url: 'http://x' });
  expect(await child.stop(10_000)).toBe(true);
  expect(await child.ended).toBe('SIGTERM');
});

test('one that does not listen is killed', async () => {
  const { child } = start(`process.on('SIGTERM', () => {}); ${staysReady}`);
  await child.ready;
  expect(await child.stop(10)).toBe(false);
  expect(await child.ended).toBe('SIGKILL');
});

test('one that cannot start gives its own reason', async () => {
  const { child } = start("process.send({ type: 'error', message: 'PORT=1 is taken' });");
  await expect(child.ready).rejects.toThrow('api: PORT=1 is taken');
  await child.ended;
});

test('one that crashes gives the last thing it said, not its stack', async () => {
  const { child, lines } = start("console.error('opening'); throw new TypeError('no such thing');");
  await expect(child.ready).rejects.toThrow(
    'api ended before it was ready: exit code 1: TypeError: no such thing',
  );
  expect(lines[0]).toBe('opening');
});

test('may be stopped when it is gone already', async () => {
  const { child } = start('');
  await child.ended;
  expect(await child.stop(10)).toBe(true);
});
