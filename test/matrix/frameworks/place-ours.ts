import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './peers.ts';

const packages = join(folder, '../../../packages');

/** The built packages as an installation has them: a bundler follows the workspace's links to our sources. */
export function placeOurs(): void {
  for (const name of ['engine', 'processor', 'bootstrap']) {
    const place = join(folder, 'node_modules/@spandrel', name);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    for (const part of ['package.json', 'dist']) {
      cpSync(join(packages, name, part), join(place, part), { recursive: true });
    }
  }
}
