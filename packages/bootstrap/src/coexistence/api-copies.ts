import { readFileSync } from 'node:fs';
import { Module } from 'node:module';
import { say } from '../say.ts';
import { canRead, registry } from './registry.ts';

/** Applications load their modules at their start; later ones are for `spandrel doctor`. */
const lookAfterMs = 1000;

/**
 * Says it, once, when `require` has loaded copies of `@opentelemetry/api` that do not see our provider:
 * what is made through them is lost without a word. Copies loaded with `import` are not seen here.
 */
export function watchApiCopies(): void {
  const timer = setTimeout(() => {
    const { version } = registry() ?? {};
    if (version === undefined) return;
    const blind = loadedApiCopies().filter((copy) => !canRead(copy.version, version));
    if (blind.length > 0) say(sentenceOf(blind, version));
  }, lookAfterMs);
  timer.unref();
}

export interface ApiCopy {
  readonly version: string;
  readonly folder: string;
}

function sentenceOf(blind: readonly ApiCopy[], version: string): string {
  const names = blind.map((copy) => `${copy.version} in ${copy.folder}`).join(', ');
  return `copies of @opentelemetry/api that do not see our spans' provider, which is registered with ${version}: ${names}; spans made through them are lost. Install one version`;
}

/** Copies of which `require` has loaded a file. Reads their package.json. */
export function loadedApiCopies(): ApiCopy[] {
  const { _cache } = Module as unknown as { _cache?: Record<string, unknown> };
  const folders = new Set<string>();
  for (const path of Object.keys(_cache ?? {})) {
    const folder = apiFolder.exec(path)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].flatMap((folder) => {
    const version = versionIn(folder);
    return version === undefined ? [] : [{ version, folder }];
  });
}

const apiFolder = /^(.*[\\/]@opentelemetry[\\/]api)[\\/](?:build|dist)[\\/]/;

function versionIn(folder: string): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
      version?: unknown;
    };
    return typeof manifest.version === 'string' ? manifest.version : undefined;
  } catch {
    return undefined;
  }
}
