// Completes package-lock.json after `npm install` against a registry that does not hold the tools'
// packages for every platform: npm then leaves them out of the lock file, and `npm ci` refuses it.
//   node scripts/complete-lock.mjs [folder of the lock file]
// Entries written here carry no checksum; npm adds it where it can fetch the package.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));
const file = join(process.argv[2] ?? repository, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));

const platforms = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64'];

/** `@oxlint/binding-linux-x64-musl` tells its platform in its name; WebAssembly runs on any. */
function entryOf(name, version, parent) {
  const words = name.split(/[-/]/);
  if (words.includes('wasm32')) {
    return { version, cpu: ['wasm32'], ...(parent.dev ? { dev: true } : {}), optional: true };
  }
  const os = words.filter((word) => platforms.includes(word));
  const cpu = words.filter((word) => processors.includes(word));
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`${name} does not name one platform`);
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : undefined;
  return {
    version,
    cpu,
    ...(parent.dev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc }),
    optional: true,
    os,
  };
}

const added = [];
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (lock.packages[path] !== undefined || !/^\d+\.\d+\.\d+/.test(version)) continue;
    lock.packages[path] = entryOf(name, version, parent);
    added.push(name);
  }
}
const [root, ...rest] = Object.entries(lock.packages);
rest.sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries([root, ...rest]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(
  added.length === 0 ? 'complete already' : `added ${added.length}:\n${added.join('\n')}`,
);
