import type { StdioOptions } from 'node:child_process';
import type { Report } from '@spandrel/engine';
import type { Context } from '../context.ts';
import type { Application } from './application.ts';
import { LiveBlock } from './live-block.ts';
import { liveLines, problemLine } from './live-report.ts';
import type { Format } from './options.ts';

/**
 * What is seen while the application runs. Standard output is the application's; what we say goes to
 * standard error, on a terminal as a block below what the application writes.
 */
export class Screen {
  readonly stdio: StdioOptions;
  readonly #context: Context;
  /** Where the application's standard output goes. */
  readonly #output: Context['stdout'];
  readonly #isQuiet: boolean;
  readonly #block: LiveBlock | undefined;
  readonly #told = new Set<string>();

  constructor(context: Context, format: Format, isQuiet: boolean) {
    this.#context = context;
    this.#isQuiet = isQuiet;
    const isLive = context.stderr.isTTY === true && !isQuiet && context.env['TERM'] !== 'dumb';
    if (isLive) this.#block = new LiveBlock(context.stderr);
    // A document for programs has standard output for itself.
    const isDocument = format !== 'pretty';
    this.#output = isDocument ? context.stderr : context.stdout;
    // Only what stands on the terminal with the block goes through us.
    const isBeside = isLive && this.#output.isTTY === true;
    const straight = isDocument ? 2 : 'inherit';
    this.stdio = ['inherit', isBeside ? 'pipe' : straight, isLive ? 'pipe' : 'inherit'];
  }

  /** It writes into pipes now, but still for a terminal. */
  get colours(): Record<string, string> {
    const { NO_COLOR, FORCE_COLOR } = this.#context.env;
    const isFree = NO_COLOR === undefined && FORCE_COLOR === undefined;
    return this.#block !== undefined && isFree ? { FORCE_COLOR: '1' } : {};
  }

  attach({ child }: Application): void {
    const block = this.#block;
    if (block === undefined) return;
    child.stdout?.on('data', (bytes: Buffer) => block.passOn(bytes, this.#output as never));
    child.stderr?.on('data', (bytes: Buffer) => block.passOn(bytes, this.#context.stderr as never));
  }

  tellStart(service: string): void {
    if (!this.#isQuiet)
      this.tell(`spandrel: running ${service}; Ctrl-C ends it and prints the report`);
  }

  refresh(report: Report): void {
    if (this.#isQuiet) return;
    for (const problem of report.problems) {
      if (this.#told.has(problem.fingerprint)) continue;
      this.#told.add(problem.fingerprint);
      this.tell(`spandrel: ${problemLine(problem)}`);
    }
    this.#block?.show(liveLines(report, 'Ctrl-C ends it and prints the report'));
  }

  readonly tell = (line: string): void => {
    const { stderr } = this.#context;
    if (this.#block === undefined) stderr.write(`${line}\n`);
    else this.#block.passOn(`${line}\n`, stderr as never);
  };

  close(): void {
    this.#block?.clear();
  }
}
