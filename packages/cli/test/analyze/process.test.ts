import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { jsonLines, recordedSpans } from './recorded.ts';
import { aFolder } from './run.ts';

const program = join(__dirname, '../../dist/esm/bin.js');
const folder = aFolder();
afterAll(() => folder.remove());

/** The built program, as people start it. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [program, 'analyze', ...args]);
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (text.stdout += chunk));
  child.stderr.on('data', (chunk) => (text.stderr += chunk));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...text }));
  return { child, ended };
}

test('reads standard input to its end and reports', async () => {
  const { child, ended } = start('--json');
  child.stdin.end(jsonLines(recordedSpans()));
  const { code, stdout, stderr } = await ended;
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    exported: { spans: recordedSpans().length },
  });
});

test.each<[string[], number, string | RegExp]>([
  [[join(folder.path, 'missing')], 2, /^spandrel analyze: .*missing does not exist .*\n$/],
  [[folder.file('empty', '')], 3, /no spans in it\n$/],
  [
    [folder.file('broken', '{"resourceSpans":[{"x":1')],
    1,
    /ends in the middle.*read before: 0 spans/,
  ],
])('ends with a code that says why', async (args, expected, line) => {
  const { code, stderr } = await start(...args).ended;
  expect(code).toBe(expected);
  expect(stderr).toMatch(line);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test('Ctrl-C ends it with 130, without a report', async () => {
  const { child, ended } = start('-');
  // More than a pipe holds: when all of it is written, the program is reading, and listening.
  const lines = jsonLines(recordedSpans(6)).repeat(60);
  await new Promise((resolve) => child.stdin.write(lines, resolve));
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  expect([code, stdout, stderr]).toEqual([130, '', '']);
});

test('a reader that goes away early is no trouble', async () => {
  const file = folder.file('many.jsonl', jsonLines(recordedSpans(300)));
  const { child, ended } = start(file, '--json', '--explain');
  child.stdout.destroy();
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([0, '']);
});
