import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const stack = join(__dirname, '../dist/cjs/stack.js');

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'spandrel-main-')));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** The file of the line of code that a call in `library` has, made by a script that is started. */
function siteOf(script: string): string | null {
  const read = `
    const { captureStack, readStack } = require(${JSON.stringify(stack)});
    module.exports = () => readStack(captureStack(), ${JSON.stringify(folder)})?.callSite.file ?? null;`;
  write('node_modules/library/index.js', read);
  const text = `console.log(JSON.stringify(require('library')()));`;
  return JSON.parse(execFileSync(process.execPath, [write(script, text)], { encoding: 'utf8' }));
}

test('a server that is started from node_modules has lines of code of its own package', () => {
  expect(siteOf('node_modules/some-server/bin/start.js')).toBe(
    'node_modules/some-server/bin/start.js',
  );
  expect(siteOf('node_modules/@some/server/start.js')).toBe('node_modules/@some/server/start.js');
});

test('an application has lines of code of its own files', () => {
  expect(siteOf('start.js')).toBe('start.js');
});
