import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { processorOptionTable } from '../src/index.ts';

const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');

function rowsUnder(heading: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('the options stand in the README as they are in the code', () => {
  expect(rowsUnder('Options')).toEqual(
    Object.entries(processorOptionTable).map(([name, { default: value, env, doc }]) => [
      `\`${name}\``,
      `\`${String(value)}\``,
      env === null ? '' : `\`${env}\``,
      doc,
    ]),
  );
});

test('the lines for an existing NodeSDK run as they are written', () => {
  const [, program = ''] = /```js\n([^]*?)```/.exec(readme.split('\n## Use\n')[1]!) ?? [];
  expect(program).toContain('new NodeSDK');
  const node = join(__dirname, '../../../node_modules/.bin/node');
  const run = (): unknown =>
    execFileSync(node, ['--input-type=module', '-e', program], { cwd: __dirname, stdio: 'pipe' });
  expect(run).not.toThrow();
});
