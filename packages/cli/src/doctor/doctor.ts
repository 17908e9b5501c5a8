import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Check } from '@spandrel/bootstrap/doctor';
import { UsageError } from '../arguments.ts';
import type { Context } from '../context.ts';
import { Failure, Interrupted } from '../failure.ts';
import { listenForSignals } from '../interruption.ts';
import { paintFor } from '../report/paint.ts';
import { targetOf } from '../run/target.ts';
import { openSurgery } from './checks.ts';
import type { Surgery } from './checks.ts';
import type { DoctorOptions } from './options.ts';
import { doctorPage } from './page.ts';
import { watchedRun } from './watched-run.ts';

/**
 * `spandrel doctor`, and `spandrel doctor -- node app.js`. Exit codes: 0 no problems, 1 problems, or
 * the application could not be started, 2 bad usage, 128 and the signal's number when interrupted.
 */
export async function doctor(
  options: DoctorOptions,
  operands: readonly string[],
  context: Context,
): Promise<number> {
  const { env, ownFile, stderr } = context;
  const path = options.path ?? '/';
  if (!/^\/[!-~]*$/.test(path)) {
    throw new UsageError(`--path must be a path that starts with /, got ${path}`);
  }
  const target = operands.length === 0 ? null : targetOf(operands, process.cwd());
  const folder = projectAround(target?.folder ?? process.cwd());
  const surgery = openSurgery(folder, ownFile);
  const { signal, dispose } = listenForSignals(() => {});
  try {
    const checks = await surgery.doctor.examine({
      folder,
      env,
      entry: target?.entry ?? null,
      command: operands,
      ownFile: surgery.ownFile,
    });
    const seen =
      target === null
        ? []
        : surgery.doctor.judgeRun(
            await watchedRun({
              target,
              command: operands,
              env,
              surgery,
              ownFile,
              path: options['no-request'] ? null : path,
              longestMs: options.seconds * 1000,
              signal,
            }),
          );
    signal.throwIfAborted();
    const all = withRun(checks, seen);
    print(all, { folder, surgery, isJson: options.json, context });
    return all.some(({ status }) => status === 'problem') ? 1 : 0;
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    if (!(error instanceof Failure)) throw error;
    stderr.write(`spandrel doctor: ${error.message}\n`);
    return 1;
  } finally {
    dispose();
  }
}

/** What a run showed counts more than what was read. */
function withRun(checks: readonly Check[], seen: readonly Check[]): Check[] {
  const shown = new Set(seen.map(({ code }) => code).filter((code) => surerByRun.has(code)));
  return [...checks.filter(({ code }) => !shown.has(code)), ...seen];
}

const surerByRun: ReadonlySet<string> = new Set([
  'E-NODE-01',
  'E-LOAD-01',
  'E-LOAD-02',
  'E-ESM-01',
]);

interface Printing {
  readonly folder: string;
  readonly surgery: Surgery;
  readonly isJson: boolean;
  readonly context: Context;
}

function print(checks: readonly Check[], { folder, surgery, isJson, context }: Printing): void {
  const { preload } = surgery;
  const { stdout, env } = context;
  if (isJson) {
    const bootstrap = {
      version: preload.version,
      isOwn: preload.isOwn,
      register: preload.register,
    };
    const document = { version: 1, folder, node: process.versions.node, bootstrap, checks };
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  const whose = preload.isOwn ? 'its own' : 'the one beside this command';
  const about = `${folder}, @spandrel/bootstrap ${preload.version} (${whose})`;
  stdout.write(`${about}\n\n${doctorPage(checks, paintFor(stdout, env))}\n`);
}

/** The nearest folder upwards with a package.json; the folder itself where there is none. */
function projectAround(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (at === dirname(at)) return folder;
  }
}
