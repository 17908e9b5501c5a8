import { Module, registerHooks } from 'node:module';
import type { LoadHookSync, ResolveHookSync } from 'node:module';
import { supportsSyncHooks } from 'import-in-the-middle/supports-sync-hooks.mjs';
import type { Instrumentations } from '../instrumentations/instrumentations.ts';
import { moduleNameOf } from '../instrumentations/module-name.ts';
import { load } from '../load.cts';
import type { ImportHooks } from './import-hooks.ts';

/** How `import` is seen: `off` where nothing is hooked but `require`. */
export type HookMode = 'sync' | 'async' | 'off';

/**
 * Sees the first `require` and `import` of each module that is instrumented, whoever asks, and has
 * its instrumentation loaded before that very call goes on. Until then nothing but two bare
 * functions stands in the way; the hook libraries come with the first instrumentation.
 */
export function installHooks(instrumentations: Instrumentations, mode: HookMode): void {
  const watch = new Watch(instrumentations);
  hookRequire(watch);
  if (mode === 'sync') hookImport(watch);
}

/** What this process can: none under `-e`, `-p` or a REPL, where hooks break Node's own wrapper. */
export function hookModeFor(given: 'auto' | HookMode): HookMode {
  if (process.argv[1] === undefined) return 'off';
  return given === 'auto' ? (supportsSyncHooks() ? 'sync' : 'off') : given;
}

/** Asks once, and not while an instrumentation is being loaded by us. */
class Watch {
  readonly #instrumentations: Instrumentations;
  #isLoading = false;

  constructor(instrumentations: Instrumentations) {
    this.#instrumentations = instrumentations;
  }

  /** True when an instrumentation was loaded just now. */
  see(specifier: unknown): boolean {
    if (this.#isLoading || typeof specifier !== 'string') return false;
    const name = moduleNameOf(specifier);
    if (name === '' || !this.#instrumentations.waitsFor(name)) return false;
    this.#isLoading = true;
    try {
      return this.#instrumentations.bring(name);
    } finally {
      this.#isLoading = false;
    }
  }

  /** By what was written, or by where that led: bundlers write names of their own for a package. */
  isInstrumented(specifier: string, url = ''): boolean {
    const name = moduleNameOf(specifier);
    if (name === '') return false;
    return this.#instrumentations.has(name) || this.#instrumentations.has(moduleNameOf(url));
  }
}

function hookRequire(watch: Watch): void {
  const { prototype } = Module as unknown as { prototype: { require: (id: string) => unknown } };
  const original = prototype.require;
  prototype.require = function (this: unknown, ...args: [string]): unknown {
    // The instrumentation library hooks `require` above us: this call has to go through it, too.
    if (watch.see(args[0]) && prototype.require !== hooked) {
      return Reflect.apply(prototype.require, this, args);
    }
    return Reflect.apply(original, this, args);
  };
  const hooked = prototype.require;
}

function hookImport(watch: Watch): void {
  let hooks: ImportHooks | undefined;
  const hooksNow = (): ImportHooks =>
    (hooks ??= load<typeof import('./import-hooks.ts')>('hooks/import-hooks').importHooks(
      (specifier, url) => watch.isInstrumented(specifier, url),
    ));
  const resolve: ResolveHookSync = (specifier, context, next) => {
    if (context.conditions.includes('require')) return next(specifier, context);
    watch.see(specifier);
    const isPlain = hooks === undefined && !watch.isInstrumented(specifier);
    const resolved = (isPlain ? next : hooksNow().resolve)(specifier, context, next);
    return watch.see(resolved.url) ? hooksNow().resolve(specifier, context, next) : resolved;
  };
  const loadSource: LoadHookSync = (url, context, next) =>
    hooks === undefined ? next(url, context) : hooks.load(url, context, next);
  registerHooks({ resolve, load: loadSource });
}
