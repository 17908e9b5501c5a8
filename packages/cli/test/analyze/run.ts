import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '@spandrel/engine';
import type { Explanation } from '../../src/analyze/explained.ts';
import { main } from '../../src/main.ts';
import { aContext } from '../output.ts';

/** A folder for one test file; `remove` it at the end. */
export function aFolder() {
  const path = mkdtempSync(join(tmpdir(), 'spandrel-analyze-'));
  return {
    path,
    file(name: string, content: string | Uint8Array): string {
      const file = join(path, name);
      writeFileSync(file, content);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Runs `spandrel analyze` in this process. */
export async function analyze(args: readonly string[], given: Surroundings = {}) {
  const context = { ...aContext(given.env), stdin: () => chunksOf(given.stdin ?? []) };
  const exitCode = await main(['analyze', ...args], context);
  return { exitCode, stdout: context.stdout.text, stderr: context.stderr.text };
}

interface Surroundings {
  readonly env?: Record<string, string>;
  readonly stdin?: readonly Uint8Array[];
}

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

export async function reportOf(args: readonly string[], given: Surroundings = {}) {
  const { stdout, ...rest } = await analyze([...args, '--json'], given);
  return { ...rest, report: JSON.parse(stdout) as Report & { explained?: Explanation } };
}
