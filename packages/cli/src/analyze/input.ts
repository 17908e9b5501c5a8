import { createReadStream, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { UsageError } from '../arguments.ts';
import type { Context } from '../context.ts';

/** Something to read spans from. */
export interface SpanInput {
  /** As it is told to people. */
  readonly name: string;
  /** Undefined where it is not known beforehand. */
  readonly sizeBytes: number | undefined;
  /** May be called once. Leaving the iteration early closes what was opened. */
  readonly open: () => AsyncIterable<Uint8Array> & { destroy?(): unknown };
}

const chunkBytes = 512 * 1024;

/** What the operands name. Throws `UsageError` for what cannot be read, before anything is read. */
export function inputsOf(operands: readonly string[], context: Context): SpanInput[] {
  const names = operands.length === 0 ? ['-'] : operands;
  if (names.filter((name) => name === '-').length > 1) {
    throw new UsageError('standard input (-) can be read once only');
  }
  return names.map((name) => (name === '-' ? standardInput(context, operands) : file(name)));
}

function standardInput({ stdin }: Context, operands: readonly string[]): SpanInput {
  const stream = stdin?.();
  if (stream === undefined || (stream.isTTY === true && operands.length === 0)) {
    throw new UsageError('no FILE given, and standard input is a terminal');
  }
  return { name: 'standard input', sizeBytes: undefined, open: () => stream };
}

function file(name: string): SpanInput {
  const stat = statOf(name);
  if (stat.isDirectory()) throw new UsageError(`${name} is a directory`);
  return {
    name,
    sizeBytes: stat.isFile() ? stat.size : undefined,
    open: () => createReadStream(name, { highWaterMark: chunkBytes }),
  };
}

function statOf(name: string): Stats {
  try {
    return statSync(name);
  } catch (error) {
    throw new UsageError(`${name} ${reasonOf(error)}`);
  }
}

/** Why a file cannot be used, to follow its name. */
export function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read';
  if (code === 'EISDIR') return 'is a directory';
  return `cannot be used (${code ?? String(error)})`;
}
