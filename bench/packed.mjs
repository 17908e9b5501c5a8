import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const ours = ['engine', 'processor', 'bootstrap'];
let folder;

/**
 * A project elsewhere with our packages as npm would publish them, and the given ones beside
 * (`name@version`). Made once for a bench, gone with its process. Resolves with its folder.
 */
export async function packedProject(tellProgress, packages) {
  if (folder !== undefined) return folder;
  tellProgress('npm pack, npm install');
  const made = mkdtempSync(join(tmpdir(), 'spandrel-bench-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  const tarballs = [];
  for (const name of ours) {
    const cwd = join(root, 'packages', name);
    const packed = await npm(['pack', '--json', '--pack-destination', made], cwd);
    tarballs.push(join(made, JSON.parse(packed)[0].filename));
  }
  writeFileSync(join(made, 'package.json'), '{ "private": true }\n');
  await npm(['install', '--no-audit', '--no-fund', ...packages, ...tarballs], made);
  folder = made;
  return folder;
}

function npm(args, cwd) {
  const cli = process.env.npm_execpath;
  if (cli !== undefined) return run(process.execPath, [cli, ...args], { cwd });
  return run('npm', args, { cwd, shell: process.platform === 'win32' });
}
