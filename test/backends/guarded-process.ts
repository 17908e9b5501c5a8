import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { join } from 'node:path';

export const rootDir = join(__dirname, '../..');
const guard = join(__dirname, 'end-with-parent.mjs');

export interface GuardedProcess {
  readonly child: ChildProcess;
  /** Resolves with the exit code when the program has ended; 1 when a signal ended it. */
  readonly ended: Promise<number>;
  /** Asks it to end (SIGTERM; SIGKILL ten seconds later) and resolves when it has. */
  stop(): Promise<void>;
}

/** Starts a program in the repository's root that cannot outlive this process. */
export function startGuarded(
  command: readonly string[],
  { env = process.env, output }: { env?: NodeJS.ProcessEnv; output: StdioOptions },
): GuardedProcess {
  const [stdout, stderr] = output as ['pipe', 'pipe'];
  const child = spawn(process.execPath, [guard, ...command], {
    cwd: rootDir,
    env,
    stdio: ['pipe', stdout, stderr],
  });
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  const stop = async () => {
    child.stdin?.end();
    await ended;
  };
  return { child, ended, stop };
}
