import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const folder = __dirname;
const modules = join(folder, 'node_modules');

/** Requires what is installed there. */
export const requirePeer = createRequire(join(folder, 'package.json'));

/** Installs frameworks, drivers and Node.js releases as locked, unless they are there already. */
export function installPeers(): void {
  const locked = statSync(join(folder, 'package-lock.json')).mtimeMs;
  const installed = join(modules, '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= locked) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

/** `express` or `express-4/express`, which is the one of that application. */
export function versionOf(name: string): string {
  const [app, ...rest] = name.split('/');
  const own = join(folder, 'apps', app!, 'node_modules', rest.join('/'), 'package.json');
  const file = existsSync(own) ? own : join(modules, name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Node.js releases of the matrix, each with the program that runs it; this process's own comes first. */
export function nodes(): { version: string; program: string }[] {
  const others = ['node-22', 'node-26'].map((name) => ({
    version: versionOf(name),
    program: join(modules, name, 'bin', 'node'),
  }));
  return [{ version: process.versions.node, program: process.execPath }, ...others];
}
