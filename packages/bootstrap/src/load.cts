import { pathToFileURL } from 'node:url';

/**
 * Loads one of this package's own files at once, `path` from the folder of this file and without
 * extension. CommonJS in every build: only `require` is synchronous, and Node.js that carries us
 * can `require` ES modules. Throws what the file throws.
 */
export function load<T>(path: string): T {
  return require('./' + path) as T;
}

/** The URL of a file of one of our dependencies. */
export function locate(specifier: string): string {
  return pathToFileURL(require.resolve(specifier)).href;
}
