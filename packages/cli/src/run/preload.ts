import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A copy of `@spandrel/bootstrap`. */
export interface Preload {
  /** What `--require` is given. */
  readonly register: string;
  readonly version: string;
  /** It is the application's own, not the one beside this command. */
  readonly isOwn: boolean;
}

/** The application's own copy, looked up from its folder; else the one that came with this command. */
export function findPreload(folder: string, ownFile: string): Preload {
  const own = lookUp(join(folder, 'package.json'));
  if (own !== null) return { ...own, isOwn: true };
  const ours = lookUp(ownFile);
  if (ours === null) throw new Error('@spandrel/bootstrap is not installed beside @spandrel/cli');
  return { ...ours, isOwn: false };
}

function lookUp(from: string): Omit<Preload, 'isOwn'> | null {
  try {
    const require = createRequire(from);
    const register = require.resolve('@spandrel/bootstrap/register');
    if (!existsSync(register)) return null;
    const { version } = require('@spandrel/bootstrap/package.json') as { version: string };
    return { register, version };
  } catch {
    return null;
  }
}

/**
 * What has `preloads` (paths) loaded, in this order, into a process and all it starts, before what
 * `NODE_OPTIONS` holds already. Package managers themselves are left alone.
 */
export function preloading(
  preloads: readonly string[],
  ownFile: string,
  { NODE_OPTIONS: given = '' }: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return {
    NODE_OPTIONS: `--require ${quoted(guardFile(ownFile))} ${given}`.trim(),
    _SPANDREL_PRELOADS: preloads.join('\n'),
  };
}

/** As Node.js reads it: spaces in double quotes, backslashes and quotes escaped. */
function quoted(path: string): string {
  return /[\s"\\]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path;
}

/** The guard that keeps the preload out of npm, pnpm and yarn; see `for-applications.ts`. */
function guardFile(ownFile: string): string {
  for (let folder = dirname(ownFile); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'dist/cjs/run/for-applications.js');
    if (existsSync(file)) return file;
  }
  throw new Error('@spandrel/cli is not whole: dist/cjs/run/for-applications.js is missing');
}
