import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface CompanionOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly execArgv: string[];
  /** Receives, before anything can fail, the function that ends the companion. */
  readonly own: (stop: () => Promise<void>) => void;
}

/**
 * Starts a process of ours that works for this one and ends when the IPC channel closes; so it
 * ends with us, however we end. Waits for its `{ type: 'ready', … }` and returns that. Rejects with
 * the message of its `{ type: 'error', message }`, or with how it ended.
 *
 * It leads a process group of its own: Ctrl-C in a terminal reaches this process alone, which then
 * ends its companions in order.
 */
export async function startCompanion<Ready extends object>(
  file: string,
  { env, execArgv, own }: CompanionOptions,
): Promise<Ready> {
  const detached = process.platform !== 'win32';
  const child = fork(file, { env, execArgv, detached });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const reported = firstReport(child, file);
  own(() => {
    if (child.connected) child.disconnect();
    return ended;
  });
  const report = await reported;
  if (report.type !== 'ready') throw new Error(report.message);
  return report as unknown as Ready;
}

function firstReport(
  child: ChildProcess,
  file: string,
): Promise<{ type: string; message?: string }> {
  return Promise.race([
    once(child, 'message').then(([message]) => message as { type: string; message?: string }),
    once(child, 'exit').then(([code, signal]) => {
      throw new Error(`${file} ended before it was ready (${signal ?? `exit code ${code}`})`);
    }),
  ]);
}
