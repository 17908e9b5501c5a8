import { readdirSync, realpathSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { dirname, join } from 'node:path';
import { readManifest } from './project.ts';
import type { InstalledPackage } from './project.ts';

/** Folders that are looked into at most: a large tree of packages has some thousands. */
const mostFolders = 20_000;

/**
 * All copies of a package that modules of a project can reach: in the `node_modules` of its folder and
 * of those above, and nested in those. Each once, links resolved, nearest first.
 */
export function copiesOf(name: string, folder: string): InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const seen = new Set<string>();
  let left = mostFolders;
  const visit = (nodeModules: string): void => {
    const real = realPath(nodeModules);
    if (real === null || seen.has(real) || left <= 0) return;
    seen.add(real);
    const copy = join(real, name);
    const version = readManifest(join(copy, 'package.json'))?.version;
    const at = version === undefined ? null : realPath(copy);
    if (at !== null && version !== undefined) found.set(at, { version, folder: at });
    for (const inner of packagesIn(real)) {
      left -= 1;
      visit(join(inner, 'node_modules'));
    }
  };
  for (let at = folder; ; at = dirname(at)) {
    visit(join(at, 'node_modules'));
    if (at === dirname(at)) return [...found.values()];
  }
}

/** Scopes opened; pnpm's own store, which is a folder of packages' folders, is among them. */
function packagesIn(nodeModules: string): string[] {
  return foldersIn(nodeModules).flatMap((name) => {
    const path = join(nodeModules, name);
    if (name === '.pnpm') return foldersIn(path).map((inner) => join(path, inner));
    return name.startsWith('@') ? foldersIn(path).map((inner) => join(path, inner)) : [path];
  });
}

function foldersIn(path: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.filter((one) => one.isDirectory() || one.isSymbolicLink()).map(({ name }) => name);
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
