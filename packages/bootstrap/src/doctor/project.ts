import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { textOf } from './module-kind.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What doctor looks at: a project in a folder, and the environment it would run in. */
export interface Project {
  readonly folder: string;
  readonly env: Env;
  /** The script that would be run; null where it cannot be told. */
  readonly entry: string | null;
  readonly manifest: Manifest;
}

export interface Manifest {
  readonly name?: string;
  readonly main?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface InstalledPackage {
  readonly version: string;
  readonly folder: string;
}

/** `entry` is what is known of it already, such as from a command. */
export function readProject(folder: string, env: Env, entry: string | null = null): Project {
  const manifest = readManifest(join(folder, 'package.json')) ?? {};
  return { folder, env, manifest, entry: entry ?? guessedEntry(folder, manifest) };
}

function guessedEntry(folder: string, { main, scripts }: Manifest): string | null {
  const started = /(?:^|[\s/])node\s+(?:-\S+\s+)*([\w./@-]+)/.exec(scripts?.['start'] ?? '')?.[1];
  const names = [started, main, 'index.js', 'server.js', 'app.js', 'index.mjs', 'index.ts'];
  const paths = names.flatMap((name) => (typeof name === 'string' ? [resolve(folder, name)] : []));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Null for a file that is missing or no JSON object. */
export function readManifest(path: string): (Manifest & { version?: string }) | null {
  try {
    const value: unknown = JSON.parse(textOf(path));
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** As the application would find it, from the folder upwards; null where it is not installed. */
export function installed(name: string, folder: string): InstalledPackage | null {
  for (let at = folder; ; at = dirname(at)) {
    const place = join(at, 'node_modules', name);
    const version = readManifest(join(place, 'package.json'))?.version;
    if (version !== undefined) return { version, folder: realpathSync(place) };
    if (at === dirname(at)) return null;
  }
}

export function isDeclared(name: string, { manifest }: Project): boolean {
  return [manifest.dependencies, manifest.devDependencies].some(
    (list) => list !== undefined && Object.hasOwn(list, name),
  );
}
