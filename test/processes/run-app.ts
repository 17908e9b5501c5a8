import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** The preload as it is built, by its path. */
export const register = join(__dirname, '../../packages/bootstrap/dist/cjs/register.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running application; `ended` settles with how it ended and what it wrote. */
export interface App {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The next message it sends over IPC. */
  message(): Promise<Record<string, unknown>>;
}

/**
 * Starts `node <flags> <app>` (`app` is a path) as a user would, with the given environment on top of
 * a bare one; `program` is another Node.js than this process's.
 */
export function runApp(
  app: string,
  env: NodeJS.ProcessEnv,
  flags = ['--require', register],
  { cwd = process.cwd(), args = [] as readonly string[], program = process.execPath } = {},
): App {
  const child = spawn(program, [...flags, app, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr!.on('data', (chunk) => (stderr += String(chunk)));
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const waiting: ((message: Record<string, unknown>) => void)[] = [];
  const arrived: Record<string, unknown>[] = [];
  child.on('message', (message: Record<string, unknown>) => {
    const next = waiting.shift();
    if (next === undefined) arrived.push(message);
    else next(message);
  });
  return {
    child,
    ended,
    message: () => {
      const first = arrived.shift();
      return first === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(first);
    },
  };
}
