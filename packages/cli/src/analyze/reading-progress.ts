import type { Output } from '../context.ts';
import { grouped } from './broken-input.ts';

const silentMs = 2000;
const minUpdateMs = 100;
const clearLine = '\r\u001b[2K';

/** One line on a terminal, for reading that takes more than two seconds; nothing anywhere else. */
export class ReadingProgress {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #startMs: number;
  #shownMs = 0;

  /** `now` is any steady clock in milliseconds. */
  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#startMs = now();
  }

  /** May be called for every chunk. */
  update(name: string, bytes: number, sizeBytes: number | undefined, spans: number): void {
    if (this.#output.isTTY !== true) return;
    const nowMs = this.#now();
    if (nowMs - this.#startMs < silentMs || nowMs - this.#shownMs < minUpdateMs) return;
    this.#shownMs = nowMs;
    const size = sizeBytes === undefined ? '' : ` of ${megabytes(sizeBytes)}`;
    const text = `${name}: ${megabytes(bytes)}${size}, ${grouped(spans)} spans`;
    this.#output.write(clearLine + text.replace(/\p{Cc}/gu, '?'));
  }

  /** Takes the line away again. */
  clear(): void {
    if (this.#shownMs > 0) this.#output.write(clearLine);
    this.#shownMs = 0;
  }
}

function megabytes(bytes: number): string {
  return `${grouped(Math.round(bytes / 1e6))} MB`;
}
