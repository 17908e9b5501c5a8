import { hasSyncHooks, whyUnsupported } from '../../node-support.ts';
import { ok, problem, warning } from '../check.ts';
import type { Check } from '../check.ts';
import { whyEsModule } from '../module-kind.ts';
import type { Project } from '../project.ts';

const { node } = process.versions;

export function checkNode(): Check {
  const why = whyUnsupported(node);
  if (why !== null) return problem('E-NODE-01', why);
  const hooks = hasSyncHooks(node) ? 'with hooks for ES modules' : 'without hooks for ES modules';
  return ok('E-NODE-01', `${node}, ${hooks}`);
}

/** `areOn` is the setting. */
export function checkModuleKind({ entry, folder }: Project, areOn: boolean): Check {
  if (entry === null)
    return warning(
      'E-ESM-01',
      `no entry found in ${folder}`,
      'Name it: spandrel doctor -- node app.js',
    );
  const why = whyEsModule(entry);
  if (why === null) return ok('E-ESM-01', `${entry} is CommonJS`);
  const seen = `${entry} is an ES module (${why})`;
  if (!areOn)
    return problem(
      'E-ESM-01',
      `${seen} and SPANDREL_ESM_HOOKS switches the hooks off`,
      'Unset SPANDREL_ESM_HOOKS.',
    );
  if (!hasSyncHooks(node))
    return problem('E-ESM-01', `${seen}, and Node.js ${node} cannot hook imports`);
  return ok('E-ESM-01', `${seen}, and imports are hooked`);
}
