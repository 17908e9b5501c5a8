import { Module } from 'node:module';

/** Names of the packages of which `require` has loaded a file so far. A few microseconds a file. */
export function loadedPackages(): ReadonlySet<string> {
  const { _cache } = Module as unknown as { _cache?: Record<string, unknown> };
  const names = new Set<string>();
  for (const path of Object.keys(_cache ?? {})) {
    const name = packageOf(path);
    if (name !== null) names.add(name);
  }
  return names;
}

/** The package that a file belongs to, by its path; null outside `node_modules`. */
export function packageOf(path: string): string | null {
  const found = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(path);
  return found === null ? null : found[1]!.replace('\\', '/');
}
