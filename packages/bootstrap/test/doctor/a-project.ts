import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of its own with these files; objects are written as JSON. */
export function aProject(files: Readonly<Record<string, string | object>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'spandrel-project-'));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
  made.push(folder);
  return folder;
}

const made: string[] = [];

export function removeProjects(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
}

/** An installed package, as a file of a project. */
export function installedPackage(name: string, version: string, at = ''): Record<string, object> {
  return { [`${at}node_modules/${name}/package.json`]: { name, version } };
}
