import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const packages = join(__dirname, '../../../packages');

/** The folder of an SDK or a tool with its own tree of packages, installed as locked. */
export function installedPeer(name: string): string {
  const folder = join(__dirname, 'peers', name);
  const installed = join(folder, 'node_modules/.package-lock.json');
  const lockedMs = statSync(join(folder, 'package-lock.json')).mtimeMs;
  if (!existsSync(installed) || statSync(installed).mtimeMs < lockedMs) {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  }
  return folder;
}

/** Our built packages beside the peer's own, as an installation has them. */
export function placeOurs(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const place = join(folder, 'node_modules/@spandrel', name);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    for (const part of ['package.json', 'dist']) {
      cpSync(join(packages, name, part), join(place, part), { recursive: true });
    }
  }
}

export function versionIn(folder: string, name: string): string {
  const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
