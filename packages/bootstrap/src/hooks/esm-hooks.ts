import { register, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs';
import { instrumentedModules } from '../instrumentations/instrumentations.ts';

/**
 * Lets instrumentations see modules loaded with `import`. Only the instrumented ones are touched.
 * Not under `-e`, `-p` or a REPL, where the synchronous hook breaks Node's own wrapper, and not on
 * releases whose hooks cannot carry it: there, ES modules stay uninstrumented.
 */
export function installEsmHooks(): boolean {
  const hasScript = process.argv[1] !== undefined;
  if (!hasScript || !supportsSyncHooks()) return false;
  register({ include: instrumentedModules.flatMap((name) => [name, `node:${name}`]) });
  return true;
}
