import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { folder, installPeers } from './peers.ts';

const packages = join(folder, '../../../packages');
const modules = join(folder, 'node_modules');

/** Everything the applications need before they can start; what is there and not older stays. */
export function prepareApplications(): void {
  installPeers();
  placeOurs();
  generatePrisma();
  buildNext();
}

/** The built packages as an installation has them: a bundler follows the workspace's links to our sources. */
function placeOurs(): void {
  for (const name of ['engine', 'processor', 'bootstrap']) {
    const place = join(modules, '@spandrel', name);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    for (const part of ['package.json', 'dist']) {
      cpSync(join(packages, name, part), join(place, part), { recursive: true });
    }
  }
}

function generatePrisma(): void {
  const app = join(folder, 'apps/express-prisma');
  if (isNewer(join(modules, '.prisma/client/index.js'), [app])) return;
  run(app, 'prisma/build/index.js', ['generate', '--schema', 'prisma/schema.prisma'], {
    // Generating does not need the engine that it would fetch from a place of its own.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
  });
}

function buildNext(): void {
  const app = join(folder, 'apps/next-16');
  const parts = readdirSync(app).filter((name) => name !== '.next');
  const sources = parts.map((name) => join(app, name));
  if (isNewer(join(app, '.next/BUILD_ID'), sources)) return;
  run(app, 'next/dist/bin/next', ['build'], { NEXT_TELEMETRY_DISABLED: '1' });
}

function run(cwd: string, bin: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  execFileSync(process.execPath, [join(modules, bin), ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Than all that is in `sources`, and than what is installed. */
function isNewer(made: string, sources: readonly string[]): boolean {
  if (!existsSync(made)) return false;
  const files = sources.flatMap((source) =>
    statSync(source).isDirectory()
      ? readdirSync(source, { recursive: true }).map((name) => join(source, String(name)))
      : [source],
  );
  const others = [...files, join(modules, '.package-lock.json')];
  return others.every((file) => statSync(file).mtimeMs <= statSync(made).mtimeMs);
}
