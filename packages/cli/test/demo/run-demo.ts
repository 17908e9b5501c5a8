import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(__dirname, '../../../..');
const bin = join(root, 'packages/cli/dist/esm/bin.js');

/**
 * The built `spandrel demo` in a process of its own, with a temporary folder of its own. The
 * folder's name stands in the environment or on the command line of every process it starts, so
 * those that are left can be found.
 */
export class RunningDemo {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #folder: string;
  readonly #ended: Promise<unknown>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#folder = mkdtempSync(join(tmpdir(), 'spandrel-demo-test-'));
    chmodSync(this.#folder, 0o711); // the embedded database may run as another user
    const {
      DATABASE_URL: _1,
      REDIS_URL: _2,
      OTEL_EXPORTER_OTLP_ENDPOINT: _3,
      ...own
    } = process.env;
    this.process = spawn(process.execPath, [bin, 'demo', ...args], {
      cwd: root,
      env: { ...own, ...env, TMPDIR: this.#folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.process.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#ended = once(this.process, 'close');
  }

  /** Waits until `text` stands on stdout or stderr, or the process has ended. */
  async says(text: string | RegExp): Promise<void> {
    const isOver = () => this.process.exitCode !== null || this.process.signalCode !== null;
    const isSaid = () => (this.stdout + this.stderr).search(text) >= 0;
    while (!isOver() && !isSaid()) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Exit code, or the name of the signal that ended it. */
  async exit(): Promise<number | string | null> {
    await this.#ended;
    return this.process.exitCode ?? this.process.signalCode;
  }

  /** Command lines of processes that are still there, and files in the temporary folder. */
  left(): string[] {
    return [...processesWith(this.#folder), ...readdirSync(this.#folder)];
  }

  /** The same after everybody had time to notice that the demo is gone. */
  async leftAfterAWhile(): Promise<string[]> {
    for (let tries = 0; tries < 200 && this.left().length > 0; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this.left();
  }

  async end(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#ended;
    await this.leftAfterAWhile();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Linux only; elsewhere nothing is found and a line says so. */
function processesWith(mark: string): string[] {
  if (process.platform !== 'linux') {
    console.log('processes left behind are looked for on Linux only');
    return [];
  }
  const found: string[] = [];
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const read = (file: string) => {
      try {
        return readFileSync(`/proc/${id}/${file}`, 'utf8');
      } catch {
        return ''; // it ended, or is not ours
      }
    };
    const command = read('cmdline');
    if (command.includes(mark) || read('environ').includes(mark)) {
      found.push(`${id} ${command.replaceAll('\0', ' ')}`);
    }
  }
  return found;
}
