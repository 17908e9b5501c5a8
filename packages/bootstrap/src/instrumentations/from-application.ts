import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * A package that the application has, as its own files or those of its folder would find it.
 * Undefined where it has none; throws what the package throws when it is loaded.
 */
export function fromApplication<T>(name: string): T | undefined {
  for (const file of [process.argv[1], join(process.cwd(), 'package.json')]) {
    if (file === undefined) continue;
    const requireThere = createRequire(file);
    if (canResolve(requireThere, name)) return requireThere(name) as T;
  }
  return undefined;
}

function canResolve(requireThere: NodeJS.Require, name: string): boolean {
  try {
    requireThere.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Makes the instrumentation that a package exports, whatever its class is called. */
export function instrumentationOf(exported: Readonly<Record<string, unknown>>): unknown {
  const Class = Object.entries(exported).find(
    ([name, value]) => name.endsWith('Instrumentation') && typeof value === 'function',
  )?.[1] as (new () => unknown) | undefined;
  return Class === undefined ? undefined : new Class();
}
