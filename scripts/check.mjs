// `npm run check`: format, lint, rings, types and the built packages. Runs all, then says which failed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOrder } from './build-order.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules/.bin', name);
const packages = buildOrder.map((name) => join('packages', name));

const steps = [
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  [
    'lint',
    bin('oxlint'),
    ['--deny-warnings', 'packages', 'examples', 'test', 'scripts', 'bench', 'collector'],
  ],
  ['rings', process.execPath, ['scripts/rings.mjs']],
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ...packages.map((path) => [`publint ${path}`, bin('publint'), ['--strict', path]]),
  ...packages.map((path) => [
    `attw ${path}`,
    bin('attw'),
    ['--pack', path, '--profile', 'node16', '--quiet'],
  ]),
];

const failed = [];
for (const [name, command, args] of steps) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok    ' : 'failed'} ${name}`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) console.error(`check: ${failed.join(', ')} failed`);
process.exit(failed.length === 0 ? 0 : 1);
