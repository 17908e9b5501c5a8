import type { Output } from '../context.ts';

/**
 * A few lines at the bottom of a terminal that change in place, below what the application writes.
 * They stand there only while the cursor is at the start of a line.
 */
export class LiveBlock {
  readonly #terminal: Output;
  #shown = 0;
  #lines: readonly string[] = [];
  #isAtLineStart = true;

  constructor(terminal: Output) {
    this.#terminal = terminal;
  }

  /** Shows these instead of what stood there. Lines that are too wide are cut. */
  show(lines: readonly string[]): void {
    this.#lines = lines;
    this.#terminal.write(this.#erased() + this.#drawn());
  }

  /** Writes what stays: the application's words, or ours. */
  passOn(text: string | Uint8Array, to: { write(text: string | Uint8Array): unknown }): void {
    if (text.length === 0) return;
    const erased = this.#erased();
    if (erased !== '') this.#terminal.write(erased);
    to.write(text);
    const last = text.at(-1);
    this.#isAtLineStart = last === '\n' || last === 10;
    const drawn = this.#drawn();
    if (drawn !== '') this.#terminal.write(drawn);
  }

  clear(): void {
    this.show([]);
  }

  #erased(): string {
    const up = this.#shown;
    this.#shown = 0;
    return up === 0 ? '' : `\u001b[${up}A\r\u001b[0J`;
  }

  #drawn(): string {
    if (!this.#isAtLineStart || this.#lines.length === 0) return '';
    const columns = this.#terminal.columns || 80; // a terminal that does not know says 0
    const rows = this.#terminal.rows || 24;
    const fitting = this.#lines.slice(0, Math.max(1, rows - 2));
    this.#shown = fitting.length;
    return fitting.map((line) => `${line.slice(0, Math.max(1, columns - 1))}\n`).join('');
  }
}
