import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Failure } from '../failure.ts';

/** What a child says over IPC when it can be used. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly url: string;
  readonly label?: string;
}

export interface Child {
  readonly name: string;
  /** Rejects with a `Failure` when the child says it cannot, or ends before it is ready. */
  readonly ready: Promise<ReadyMessage>;
  /** Settles when the process is gone, with why in words, such as `exit code 1: last line`. */
  readonly ended: Promise<string>;
  /** True from the first call of `stop`: an end after that is no surprise. */
  readonly isStopping: boolean;
  /**
   * Asks it to end (SIGTERM), insists after `graceMs` (SIGKILL), and waits until it is gone.
   * False when it had to insist.
   */
  stop(graceMs: number): Promise<boolean>;
}

export interface StartOptions {
  readonly name: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Told of each line the child writes to stderr. */
  readonly onErrorLine: (line: string) => void;
}

const readyTimeoutMs = 120_000;
const stderrGraceMs = 500;

/** The processes of one demo: all of them are ended by id, whatever happens. */
export class Children {
  readonly #running = new Set<ChildProcess>();

  constructor() {
    // The last resort, for an end that nothing here saw coming.
    process.once('exit', this.killAll);
  }

  start({ name, args, env, onErrorLine }: StartOptions): Child {
    const child = spawn(process.execPath, args, {
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Ctrl-C in a terminal is for us, who end the children in order.
      detached: process.platform !== 'win32',
    });
    this.#running.add(child);
    let lastWords = '';
    createInterface({ input: child.stderr! }).on('line', (line) => {
      if (isWords(line)) lastWords = line;
      onErrorLine(line);
    });
    const ended = new Promise<string>((resolve) => {
      const gone = (why: string) => {
        this.#running.delete(child);
        resolve(lastWords === '' ? why : `${why}: ${lastWords}`);
      };
      child.once('error', (error) => gone(error.message));
      // `close` also waits for the last of stderr, which a child's own child may hold open.
      child.once('close', (code, signal) => gone(signal ?? `exit code ${code}`));
      child.once('exit', (code, signal) => {
        setTimeout(() => gone(signal ?? `exit code ${code}`), stderrGraceMs).unref();
      });
    });
    let isStopping = false;
    return {
      name,
      ready: readiness(name, child, ended),
      ended,
      get isStopping() {
        return isStopping;
      },
      async stop(graceMs) {
        isStopping = true;
        let hadToInsist = false;
        child.kill('SIGTERM');
        const timer = setTimeout(() => {
          hadToInsist = child.kill('SIGKILL');
        }, graceMs);
        await ended;
        clearTimeout(timer);
        return !hadToInsist;
      },
    };
  }

  readonly killAll = (): void => {
    for (const child of this.#running) child.kill('SIGKILL');
  };

  dispose(): void {
    process.off('exit', this.killAll);
  }
}

function readiness(name: string, child: ChildProcess, ended: Promise<string>) {
  const ready = new Promise<ReadyMessage>((resolve, reject) => {
    child.on('message', (message: ReadyMessage | { type: 'error'; message: string }) => {
      if (message.type === 'ready') resolve(message);
      if (message.type === 'error') reject(new Failure(`${name}: ${message.message}`));
    });
    setTimeout(() => {
      reject(new Failure(`${name} was not ready after ${readyTimeoutMs / 1000} s`));
    }, readyTimeoutMs).unref();
    void ended.then((why) => reject(new Failure(`${name} ended before it was ready: ${why}`)));
  });
  ready.catch(() => {}); // whoever waits for it hears of it; nobody waiting is fine
  return ready;
}

/** Not the end of a stack, which is what a crash writes last. */
function isWords(line: string): boolean {
  return /^[^\s}]/.test(line) && !line.startsWith('Node.js v');
}
