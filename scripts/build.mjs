// Builds the packages that are stale: `node scripts/build.mjs [--force] [--quiet]`.
// Two passes of tsc each, ESM with the declarations and CommonJS, in the order of the rings; then
// the bundle of the preload.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildOrder } from './build-order.mjs';
import { bundlePreload } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

function newestMtimeMs(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(
    stat.mtimeMs,
    ...readdirSync(path).map((name) => newestMtimeMs(join(path, name))),
  );
}

function compile(packageDir, format, extra) {
  const outDir = join(packageDir, 'dist', format);
  const done = spawnSync(process.execPath, [tsc, '-p', packageDir, '--outDir', outDir, ...extra], {
    stdio: 'inherit',
  });
  if (done.status !== 0) process.exit(done.status ?? 1);
  const type = format === 'esm' ? 'module' : 'commonjs';
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify({ type })}\n`);
}

/** For editors, made of the table of options that was just built. */
async function writeSchema(packageDir) {
  const { href } = pathToFileURL(join(packageDir, 'dist/esm/settings/schema.js'));
  const { configSchema } = await import(href);
  const text = JSON.stringify(configSchema(), null, 2);
  writeFileSync(join(packageDir, 'dist/spandrel.config.schema.json'), `${text}\n`);
}

/** What makes a package stale although it is not in its folder. */
const shared = [
  'tsconfig.base.json',
  'scripts/build.mjs',
  'scripts/bundle.mjs',
  'package-lock.json',
];

const force = process.argv.includes('--force');
let rebuiltBelow = false;
for (const name of buildOrder) {
  const packageDir = join(root, 'packages', name);
  const stamp = join(packageDir, 'dist', 'built');
  const inputs = ['src', 'package.json', 'tsconfig.json'].map((file) => join(packageDir, file));
  const newest = Math.max(
    ...inputs.map(newestMtimeMs),
    ...shared.map((file) => newestMtimeMs(join(root, file))),
  );
  const fresh = existsSync(stamp) && statSync(stamp).mtimeMs >= newest;
  if (fresh && !force && !rebuiltBelow) continue;
  if (!process.argv.includes('--quiet')) console.error(`build: @spandrel/${name}`);
  rmSync(join(packageDir, 'dist'), { recursive: true, force: true });
  mkdirSync(join(packageDir, 'dist'));
  compile(packageDir, 'esm', []);
  compile(packageDir, 'cjs', ['--module', 'commonjs', '--moduleResolution', 'bundler']);
  if (name === 'bootstrap') await bundlePreload(packageDir);
  if (name === 'bootstrap') await writeSchema(packageDir);
  writeFileSync(stamp, '');
  rebuiltBelow = true;
}
