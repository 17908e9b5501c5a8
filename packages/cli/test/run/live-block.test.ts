import { expect, test } from '@jest/globals';
import { LiveBlock } from '../../src/run/live-block.ts';

const escape = '\u001b';
const codes = new RegExp(`(${escape}\\[\\d+A|${escape}\\[0J|\\r|\\n)`);
const upwards = new RegExp(`^${escape}\\[(\\d+)A$`);

/** A terminal of a few lines that knows the two codes we use. */
class Terminal {
  readonly columns = 20;
  readonly rows = 8;
  lines = [''];

  write(text: string | Uint8Array): void {
    for (const part of String(text).split(codes)) {
      const up = upwards.exec(part);
      if (up !== null) this.#row -= Number(up[1]);
      else if (part === `${escape}[0J`) this.lines = [...this.lines.slice(0, this.#row), ''];
      else if (part === '\n') this.lines[++this.#row] ??= '';
      else if (part !== '\r' && part !== '') this.lines[this.#row] += part;
    }
  }

  #row = 0;
}

test('the block stays below what is written, and changes in place', () => {
  const terminal = new Terminal();
  const block = new LiveBlock(terminal);
  block.show(['one', 'two']);
  block.passOn('hello\n', terminal);
  block.show(['three']);
  block.passOn(Buffer.from('there\n'), terminal);
  expect(terminal.lines).toEqual(['hello', 'there', 'three', '']);
});

test('it waits while a line is not ended', () => {
  const terminal = new Terminal();
  const block = new LiveBlock(terminal);
  block.show(['block']);
  block.passOn('your name? ', terminal);
  block.show(['block 2']);
  expect(terminal.lines).toEqual(['your name? ']);
  block.passOn('Ada\n', terminal);
  expect(terminal.lines).toEqual(['your name? Ada', 'block 2', '']);
});

test('it never grows over the window, and is gone when it is cleared', () => {
  const terminal = new Terminal();
  const block = new LiveBlock(terminal);
  block.show(Array.from({ length: 50 }, (_, n) => `${n} ${'x'.repeat(50)}`));
  expect(terminal.lines).toHaveLength(7);
  expect(Math.max(...terminal.lines.map((line) => line.length))).toBe(19);
  block.clear();
  expect(terminal.lines).toEqual(['']);
});
