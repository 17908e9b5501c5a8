import { hasSyncHooks, whyUnsupported } from '../../node-support.ts';
import type { EsmHooks } from '../../settings/esm-hooks.ts';
import { ok, problem, warning } from '../check.ts';
import type { Check } from '../check.ts';
import { whyEsModule } from '../module-kind.ts';
import type { Project } from '../project.ts';

const { node } = process.versions;

export function checkNode(): Check {
  const why = whyUnsupported(node);
  if (why !== null) return problem('E-NODE-01', why);
  const hooks = hasSyncHooks(node) ? 'in the thread' : 'by a thread of their own';
  return ok('E-NODE-01', `${node}; imports are hooked ${hooks}`);
}

/** `mode` is the setting. */
export function checkModuleKind({ entry, folder }: Project, mode: EsmHooks): Check {
  if (entry === null) {
    const remedy = 'Name it: spandrel doctor -- node app.js';
    return warning('E-ESM-01', `no entry found in ${folder}`, remedy);
  }
  const why = whyEsModule(entry);
  if (why === null) return ok('E-ESM-01', `${entry} is CommonJS`);
  const seen = `${entry} is an ES module (${why})`;
  const isHooked = mode === 'sync' ? hasSyncHooks(node) : mode !== 'off';
  if (isHooked) return ok('E-ESM-01', `${seen}, and imports are hooked`);
  const setting = `SPANDREL_ESM_HOOKS=${mode}`;
  return problem(
    'E-ESM-01',
    mode === 'off'
      ? `${seen}, and ${setting}`
      : `${seen}, and Node.js ${node} cannot do ${setting}`,
    'Unset SPANDREL_ESM_HOOKS.',
  );
}
