import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { Failure } from '../failure.ts';
import type { Target } from './target.ts';

/** There is no such command, or it must not be run. */
export class NotStarted extends Failure {}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ApplicationOptions {
  readonly target: Target;
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
}

const lastOutputMs = 500;
const isPosix = process.platform !== 'win32';

/**
 * A started application. It leads a process group of its own, so that Ctrl-C comes to us alone and
 * we hand it on, once.
 */
export class Application {
  readonly child: ChildProcess;
  /** When it is gone and what it wrote has come. Rejects with `NotStarted`. */
  readonly ended: Promise<Ended>;

  constructor({ target, env, stdio }: ApplicationOptions) {
    this.child = spawn(target.file, target.args, { env, stdio, detached: isPosix });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'ENOENT' ? 'there is no such command' : error.message;
        reject(new NotStarted(`${target.file} could not be started: ${why}`));
      });
      this.child.once('close', (code, signal) => resolve({ code, signal }));
      // `close` also waits for the output of what the application left behind.
      this.child.once('exit', (code, signal) => {
        setTimeout(() => resolve({ code, signal }), lastOutputMs).unref();
      });
    });
    process.once('exit', this.kill);
    const forget = () => process.off('exit', this.kill);
    this.ended.then(forget, forget);
  }

  /**
   * Hands a signal on as a terminal would: Ctrl-C and the end of the terminal to the whole group,
   * others to the process that was started.
   */
  signal(signal: NodeJS.Signals): void {
    if (signal === 'SIGTERM') this.child.kill(signal);
    else this.signalGroup(signal);
  }

  signalGroup(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      if (isPosix) process.kill(-pid, signal);
      else this.child.kill(signal);
    } catch {
      // It is gone.
    }
  }

  readonly kill = (): void => this.signalGroup('SIGKILL');
}
