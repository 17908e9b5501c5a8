import { register } from 'node:module';
import { addHook } from 'import-in-the-middle';
import { importHooks } from 'import-in-the-middle/lib/register.js';
import { locate } from '../load.cts';
import type { Watch } from './watch.ts';

/**
 * For Node.js releases without synchronous hooks: a thread wraps the modules we wait for, and each
 * of them, before it is given to who imports it, brings its instrumentation and passes through what
 * that added; the library itself goes over the hooks that it had before.
 */
export function hookAsync(watch: Watch): void {
  const include = watch.modules.flatMap((name) => [name, `node:${name}`]);
  register(locate('import-in-the-middle/hook.mjs'), { data: { include } });
  addHook((url, exported, specifier, format) => {
    const before = importHooks.length;
    if (!watch.see(specifier ?? url)) return;
    for (const hook of importHooks.slice(before)) hook(url, exported, specifier, format);
  });
}
