import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

/**
 * Installs what we compare with, in a tree of its own, unless it is there as locked: `peers` as
 * users get it, or `peers-deduplicated`, with one copy of each package.
 */
export async function installPeers(tellProgress, tree = 'peers') {
  const folder = fileURLToPath(new URL(`${tree}/`, import.meta.url));
  const locked = statSync(`${folder}package-lock.json`).mtimeMs;
  const installed = `${folder}node_modules/.package-lock.json`;
  if (existsSync(installed) && statSync(installed).mtimeMs >= locked) return;
  tellProgress(`npm ci --prefix bench/${tree}`);
  const npm = process.env.npm_execpath;
  const args = ['ci', '--prefix', folder];
  if (npm === undefined) await run('npm', args, { shell: process.platform === 'win32' });
  else await run(process.execPath, [npm, ...args]);
}
