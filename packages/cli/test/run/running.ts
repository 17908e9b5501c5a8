import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const bin = join(__dirname, '../../dist/esm/bin.js');
export const apps = join(__dirname, 'apps');

/** The built `spandrel` in a process of its own, as a user starts it, outside a terminal. */
export class Running {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #ended: Promise<unknown>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = apps) {
    this.process = spawn(process.execPath, [bin, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.process.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#ended = once(this.process, 'close');
  }

  /** Waits until `text` is said, and gives what it matched; throws when the process ended without it. */
  async says(text: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = text.exec(this.stdout + this.stderr);
      if (found !== null) return found;
      if (!this.#isRunning()) {
        throw new Error(`ended without saying ${String(text)}:\n${this.stdout}\n${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it with everything it started: the third signal is one it cannot refuse. */
  async end(): Promise<void> {
    for (let sent = 0; sent < 3 && this.#isRunning(); sent += 1) {
      this.process.kill('SIGTERM');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.#ended;
  }

  #isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Exit code, or the name of the signal that ended it. */
  async exit(): Promise<number | string | null> {
    await this.#ended;
    return this.process.exitCode ?? this.process.signalCode;
  }
}
