import { pathToFileURL } from 'node:url';
import type { Part } from './parts.ts';

/**
 * Loads one of this package's own files at once. CommonJS in every build: only `require` is
 * synchronous, and Node.js that carries us can `require` ES modules. Throws what the file throws.
 *
 * The bundle has a function of its own in place of this file (scripts/bundle.mjs).
 */
export function load<T>(part: Part): T {
  return require('./' + part) as T;
}

/**
 * Loads an instrumentation, by its file in the table. They come from the bundle on every road, so
 * that nobody has to install them all.
 */
export function loadInstrumentation<T>(file: string): T {
  return require('../preload/instrumentations/' + file) as T;
}

/** The URL of a file of one of our dependencies. */
export function locate(specifier: string): string {
  return pathToFileURL(require.resolve(specifier)).href;
}
