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

/** What we read of a package.json. */
export interface Manifest {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly main: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

export interface InstalledPackage {
  readonly version: string;
  readonly folder: string;
}

/** `entry` is what is known of it already, such as from a command. */
export function readProject(folder: string, env: Env, entry: string | null = null): Project {
  const manifest = readManifest(join(folder, 'package.json')) ?? noManifest;
  return { folder, env, manifest, entry: entry ?? guessedEntry(folder, manifest) };
}

const noManifest: Manifest = {
  name: undefined,
  version: undefined,
  main: undefined,
  scripts: {},
  dependencies: {},
  devDependencies: {},
};

function guessedEntry(folder: string, { main, scripts }: Manifest): string | null {
  const started = /(?:^|[\s/])node\s+(?:-\S+\s+)*([\w./@-]+)/.exec(scripts['start'] ?? '')?.[1];
  const names = [started, main, 'index.js', 'server.js', 'app.js', 'index.mjs', 'index.ts'];
  const paths = names.flatMap((name) => (typeof name === 'string' ? [resolve(folder, name)] : []));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Null for a file that is missing or no JSON object; what is not of its type is left out. */
export function readManifest(path: string): Manifest | null {
  let value: unknown;
  try {
    value = JSON.parse(textOf(path));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const given = value as Readonly<Record<string, unknown>>;
  const text = (name: string) => (typeof given[name] === 'string' ? given[name] : undefined);
  return {
    name: text('name'),
    version: text('version'),
    main: text('main'),
    scripts: textsIn(given['scripts']),
    dependencies: textsIn(given['dependencies']),
    devDependencies: textsIn(given['devDependencies']),
  };
}

function textsIn(given: unknown): Readonly<Record<string, string>> {
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(Object.entries(given).filter(([, value]) => typeof value === 'string'));
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
  return [manifest.dependencies, manifest.devDependencies].some((list) =>
    Object.hasOwn(list, name),
  );
}
