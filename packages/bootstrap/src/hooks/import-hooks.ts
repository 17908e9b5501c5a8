import type { LoadHookSync, ResolveHookSync } from 'node:module';
import { createHook } from 'import-in-the-middle/create-hook.mjs';
import { locate } from '../load.cts';

export interface ImportHooks {
  readonly resolve: ResolveHookSync;
  readonly load: LoadHookSync;
}

/**
 * import-in-the-middle's own hooks, for a caller that has registered with Node.js already. Modules
 * that `isOurs` names are wrapped, all others pass. Loaded with the first module that needs it,
 * because the library costs many times what a bare hook does.
 */
export function importHooks(isOurs: (specifier: string, url: string) => boolean): ImportHooks {
  const hook = createHook({ url: locate('import-in-the-middle/hook.mjs') });
  hook.applyOptions({ shouldInclude: (url, specifier) => isOurs(specifier, url) });
  return { resolve: hook.resolveSync, load: hook.loadSync };
}
