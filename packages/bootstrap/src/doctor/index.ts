import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Check } from './check.ts';
import { checkBundle, checkApiCopies, checkOtherTools, checkRanges } from './checks/packages.ts';
import { checkCollector } from './checks/collector.ts';
import { checkModuleKind, checkNode } from './checks/node.ts';
import { checkLoadOrder, checkPreload } from './checks/preload.ts';
import { checkNext, checkProcessManager } from './checks/surroundings.ts';
import { checkSampler, checkSettings } from './checks/switches.ts';
import { textOf } from './module-kind.ts';
import { installed, readProject } from './project.ts';

export type { Check, Status } from './check.ts';
export { startsUs } from './checks/preload.ts';
export { judgeRun } from './judge-run.ts';
export type { Run } from './judge-run.ts';
export { effectiveSettings } from '../settings/effective.ts';
export type { EffectiveSettings } from '../settings/effective.ts';
export { symptoms } from './symptoms.ts';
export type { Code, Symptom } from './symptoms.ts';
export { flushRequest, witnessVariable } from './testimony.ts';
export type { ListeningServer, Testimony } from './testimony.ts';

export interface Examined {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The script, where it is known; else it is guessed from package.json. */
  readonly entry?: string | null;
  /** The command that starts it; empty where it is not known. */
  readonly command?: readonly string[];
  /** A file of this package, from which our own copy of the API is looked up. */
  readonly ownFile: string;
}

/**
 * Everything that can be seen without running the application, most general first. Reads files and
 * sends one empty export request; changes nothing. Never rejects.
 */
export async function examine(given: Examined): Promise<Check[]> {
  const project = readProject(given.folder, given.env, given.entry ?? null);
  const { checks, esmHooks, isKeeping, env } = checkSettings(project);
  const inForce = { ...project, env };
  const found: (Check | null)[] = [
    checkNode(),
    ...checks,
    checkSampler(inForce, isKeeping),
    checkPreload(project, given.command ?? []),
    checkLoadOrder(project),
    checkModuleKind(project, esmHooks),
    checkBundle(project, textOf),
    checkApiCopies(project, apiVersionOf(given.ownFile)),
    ...checkOtherTools(project),
    checkRanges(project),
    checkProcessManager(project),
    checkNext(project),
    await checkCollector(inForce),
  ];
  return found.filter((check) => check !== null);
}

/** Of the copy that we register with. */
function apiVersionOf(ownFile: string): string | null {
  try {
    const path = createRequire(ownFile).resolve('@opentelemetry/api');
    return installed('@opentelemetry/api', dirname(path))?.version ?? null;
  } catch {
    return null;
  }
}
