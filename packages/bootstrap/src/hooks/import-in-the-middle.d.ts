/** What we use of the library's files that have no declarations of their own. */
declare module 'import-in-the-middle/create-hook.mjs' {
  import type { LoadHookSync, ResolveHookSync } from 'node:module';

  export function createHook(meta: { readonly url: string }): {
    applyOptions(options: { shouldInclude: (url: string, specifier: string) => boolean }): void;
    readonly resolveSync: ResolveHookSync;
    readonly loadSync: LoadHookSync;
  };
}

declare module 'import-in-the-middle/supports-sync-hooks.mjs' {
  export function supportsSyncHooks(): boolean;
}

declare module 'import-in-the-middle/lib/register.js' {
  import type { HookFunction } from 'import-in-the-middle';

  /** Those that are told of each wrapped module, in order; grows in place. */
  export const importHooks: HookFunction[];
}
