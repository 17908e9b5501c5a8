import { writeSync } from 'node:fs';

/**
 * One line, on stderr, where alone we write in the host process. Straight to the file: making the
 * stream costs a script 2 ms. Never throws.
 */
export function say(sentence: string): void {
  const line = `spandrel: ${sentence}\n`;
  try {
    writeSync(2, line);
  } catch {
    tellLater(line);
  }
}

/** A full pipe that does not block, or none at all: the stream waits, and says nothing of it. */
function tellLater(line: string): void {
  process.stderr.once('error', () => undefined);
  process.stderr.write(line);
}

/** Someone sits in front of it: `NODE_ENV=development`, or a terminal that is not said to be production. */
export function isDevelopment(): boolean {
  const { NODE_ENV } = process.env;
  return NODE_ENV === 'development' || (process.stderr.isTTY === true && NODE_ENV !== 'production');
}
