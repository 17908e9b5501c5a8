import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { rootDir } from './guarded-process.ts';

const goMissing = 2;

/**
 * `describe` for tests that need the real Collector and Jaeger. Where they are not there and Go,
 * which would build them, is not either, the tests are skipped with a line saying what to install.
 * With CI=true nothing is skipped, so that they fail there.
 */
export function describeWithBackends(name: string, tests: () => void): void {
  const script = join(rootDir, 'collector/get-backends.mjs');
  const check = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  if (check.status !== goMissing || process.env.CI === 'true') return describe(name, tests);
  console.warn(`skipped: ${name}\n${check.stderr.trim()}`);
  describe.skip(name, tests);
}
