import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(__dirname, '..');
const manifests = ['package.json']
  .concat(globSync('{packages,examples}/*/package.json', { cwd: root }))
  .concat(globSync('bench/*/package.json', { cwd: root }))
  .filter((file) => existsSync(join(root, file)))
  .map((file) => ({ file, manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) }));
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

test('the tree holds one copy of @opentelemetry/core', () => {
  const copies = Object.keys(lock.packages).filter((path) =>
    path.endsWith('node_modules/@opentelemetry/core'),
  );
  expect(copies).toEqual(['node_modules/@opentelemetry/core']);
  const installed = globSync('**/node_modules/@opentelemetry/core/package.json', {
    cwd: join(root, 'node_modules'),
  });
  expect(installed).toEqual([]);
});

test('the lock files name no download address', () => {
  for (const file of [
    'package-lock.json',
    ...globSync('bench/*/package-lock.json', { cwd: root }),
  ]) {
    expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/"resolved": "https?:/);
  }
});

test('every dependency is pinned to one version', () => {
  for (const { file, manifest } of manifests) {
    const pinned = {
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    };
    for (const [name, version] of Object.entries(pinned)) {
      expect(`${file} ${name} ${String(version)}`).toMatch(/ \d+\.\d+\.\d+(-[\w.]+)?$/);
    }
  }
});

test('every dependency has its line in RATIONALE.md', () => {
  const page = readFileSync(join(root, 'RATIONALE.md'), 'utf8');
  for (const { file, manifest } of manifests) {
    const names = Object.keys({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    }).filter((name) => !name.startsWith('@spandrel/'));
    for (const name of names) {
      expect({ file, name, line: page.includes(`\`${name}\``) }).toEqual({
        file,
        name,
        line: true,
      });
    }
  }
});

// `npm ci` refuses a lock file without them; `node scripts/complete-lock.mjs` adds them.
test('the lock file holds the optional packages of every platform', () => {
  for (const [path, entry] of Object.entries<Record<string, object>>(lock.packages)) {
    const missing = Object.keys(entry['optionalDependencies'] ?? {}).filter(
      (name) =>
        !(`node_modules/${name}` in lock.packages) &&
        !(`${path}/node_modules/${name}` in lock.packages),
    );
    expect({ path, missing }).toEqual({ path, missing: [] });
  }
});
