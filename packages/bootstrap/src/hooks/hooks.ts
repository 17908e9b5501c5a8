import { registerHooks } from 'node:module';
import type { ResolveHookSync } from 'node:module';
import { supportsSyncHooks } from 'import-in-the-middle/supports-sync-hooks.mjs';
import type { Instrumentations } from '../instrumentations/instrumentations.ts';
import { load } from '../load.cts';
import type { EsmHooks } from '../settings/esm-hooks.ts';
import type { ImportHooks } from './import-hooks.ts';
import { modules } from './require-filter.ts';
import type { Require } from './require-filter.ts';
import { Watch } from './watch.ts';

/** How `import` is seen: `off` where nothing is hooked but `require`. */
export type HookMode = Exclude<EsmHooks, 'auto'>;

/**
 * Sees the first `require` and `import` of each module that is instrumented, whoever asks, and has
 * its instrumentation loaded before that very call goes on. Until then nothing but two bare
 * functions stands in the way; the hook libraries come with the first instrumentation. In mode
 * `async` import-in-the-middle and its thread are there from the start.
 */
export function installHooks(instrumentations: Instrumentations, mode: HookMode): void {
  const watch = new Watch(instrumentations);
  hookRequire(watch);
  if (mode === 'sync') hookImport(watch);
  if (mode === 'async') {
    load<typeof import('./async-hooks.ts')>('hooks/async-hooks').hookAsync(watch);
  }
}

/**
 * What this process can: nothing without a script (`-e`, `-p`, a REPL, standard input), where hooks
 * break Node's own wrapper, and no synchronous hooks where the Node.js release cannot carry them.
 */
export function hookModeFor(given: EsmHooks): HookMode {
  if (given === 'off' || !hasScript(process)) return 'off';
  if (given === 'async') return 'async';
  if (supportsSyncHooks()) return 'sync';
  return given === 'auto' ? 'async' : 'off';
}

function hasScript({ argv, execArgv }: Pick<NodeJS.Process, 'argv' | 'execArgv'>): boolean {
  const isInline = (flag: string): boolean =>
    /^(-e|-p|-pe|-i|--eval|--print|--interactive)(=|$)/.test(flag);
  return argv[1] !== undefined && !execArgv.some(isInline);
}

function hookRequire(watch: Watch): void {
  const original = modules.require;
  const hooked: Require = function (...args) {
    // The instrumentation library hooks `require` above us: this call has to go through it, too.
    const isHooked = watch.see(args[0], this?.filename) && modules.require !== hooked;
    return Reflect.apply(isHooked ? modules.require : original, this, args);
  };
  modules.require = hooked;
}

/** Loading is hooked with the first module that is wrapped: until then every file would pay for it. */
function hookImport(watch: Watch): void {
  let hooks: ImportHooks | undefined;
  const hooksNow = (): ImportHooks => {
    if (hooks === undefined) {
      const { importHooks } = load<typeof import('./import-hooks.ts')>('hooks/import-hooks');
      hooks = importHooks((specifier, url) => watch.isInstrumented(specifier, url));
      registerHooks({ load: hooks.load });
    }
    return hooks;
  };
  const resolve: ResolveHookSync = (specifier, context, next) => {
    if (context.conditions.includes('require')) return next(specifier, context);
    watch.see(specifier);
    const isPlain = hooks === undefined && !watch.isInstrumented(specifier);
    const resolved = (isPlain ? next : hooksNow().resolve)(specifier, context, next);
    return watch.see(resolved.url) ? hooksNow().resolve(specifier, context, next) : resolved;
  };
  registerHooks({ resolve });
}
