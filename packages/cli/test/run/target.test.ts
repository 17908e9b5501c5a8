import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { targetOf } from '../../src/run/target.ts';

const here = join(__dirname, 'apps');
const root = join(__dirname, '../../../..');

test.each([
  [['loop.cjs', '--a'], process.execPath, ['loop.cjs', '--a'], join(here, 'loop.cjs')],
  [['typed.ts'], process.execPath, ['typed.ts'], join(here, 'typed.ts')],
  [['.'], process.execPath, ['.'], here],
  [['npm', 'start'], 'npm', ['start'], null],
  [['node', '-r', 'x', 'loop.cjs'], 'node', ['-r', 'x', 'loop.cjs'], join(here, 'loop.cjs')],
  [['node', '-e', '1'], 'node', ['-e', '1'], null],
  [['/bin/sh', 'x'], '/bin/sh', ['x'], null],
])('%j', (operands, file, args, entry) => {
  expect(targetOf(operands, here)).toMatchObject({ file, args, entry });
});

test('a script without an ending is known by its first line', () => {
  const script = join(root, 'node_modules/.bin/jest');
  expect(targetOf([script], here)).toMatchObject({ file: process.execPath, args: [script] });
});
