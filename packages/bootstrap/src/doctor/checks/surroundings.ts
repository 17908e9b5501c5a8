import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ok, problem, warning } from '../check.ts';
import type { Check } from '../check.ts';
import { textOf } from '../module-kind.ts';
import { installed, isDeclared } from '../project.ts';
import type { Project } from '../project.ts';

/** pm2, by its configuration file and its marks in the environment. */
export function checkProcessManager({ folder, env }: Project): Check {
  const file = namesIn(folder).find((name) =>
    /^(ecosystem|pm2|process)(\.config)?\.(c?js|json)$/.test(name),
  );
  const text = file === undefined ? '' : textOf(join(folder, file));
  const isCluster =
    /exec_mode['"]?\s*:\s*['"]cluster/.test(text) ||
    /instances['"]?\s*:\s*(['"]max|['"]?-?\d)/.test(text);
  if (file !== undefined && isCluster) {
    const isSafe = /NODE_OPTIONS['"]?\s*:[^,}]*@spandrel\/bootstrap/.test(text);
    const takesArguments = /(node_args|interpreter_args|nodeArgs)/.test(text);
    if (isSafe) return ok('E-PM-01', `pm2 in cluster mode by ${file}, with NODE_OPTIONS`);
    const seen = `${file} starts pm2 in cluster mode`;
    return takesArguments
      ? problem('E-PM-01', `${seen} and names node_args, which it ignores`)
      : warning('E-PM-01', seen);
  }
  if (file !== undefined) return ok('E-PM-01', `pm2 in fork mode by ${file}`);
  return ok('E-PM-01', env['pm_id'] === undefined ? 'none seen' : `pm2, process ${env['pm_id']}`);
}

/** Null where there is no Next.js. */
export function checkNext(project: Project): Check | null {
  const { folder } = project;
  const version = isDeclared('next', project) ? installed('next', folder)?.version : undefined;
  if (version === undefined) return null;
  const file = ['', 'src/']
    .flatMap((at) => ['ts', 'js', 'mts', 'mjs'].map((type) => `${at}instrumentation.${type}`))
    .find((name) => existsSync(join(folder, name)));
  if (file === undefined)
    return warning('E-NEXT-01', `next ${version} without an instrumentation file`);
  if (!textOf(join(folder, file)).includes('@spandrel/bootstrap')) {
    return warning('E-NEXT-01', `next ${version}; ${file} does not start us`);
  }
  const config = namesIn(folder).find((name) => name.startsWith('next.config.'));
  const isExternal =
    config !== undefined && textOf(join(folder, config)).includes('serverExternalPackages');
  if (!isExternal)
    return warning('E-NEXT-01', `next ${version}; serverExternalPackages is not set`);
  return ok('E-NEXT-01', `next ${version}, started by ${file}`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
