import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Finding } from '@spandrel/engine';
import { findPostgres } from '../../../test/services/postgres.ts';
import type { Postgres } from '../../../test/services/postgres.ts';

// In a process of its own, because the instrumentation cannot patch what Jest requires.
const app = join(__dirname, 'apps/pool.mjs');
const node = join(__dirname, '../../../node_modules/.bin/node');
const lines = readFileSync(app, 'utf8').split('\n');
const rounds = 3;
let postgres: Postgres;
let findings: Finding[];

beforeAll(async () => {
  postgres = await findPostgres();
  const { stdout } = await promisify(execFile)(node, [app], {
    env: { ...process.env, DATABASE_URL: postgres.url },
    maxBuffer: 64 * 1024 * 1024,
  });
  findings = JSON.parse(stdout) as Finding[];
}, 120_000);

afterAll(async () => {
  await postgres.stop();
});

function lineOf(mark: string): number {
  const onNext = lines.findIndex((line) => line.includes(`mark on the next line: ${mark}`));
  return onNext >= 0 ? onNext + 2 : lines.findIndex((line) => line.includes(`mark: ${mark}`)) + 1;
}

function found(alias: string): Finding[] {
  return findings.filter(({ shape }) => shape?.endsWith(` as ${alias}`));
}

describe('the real driver under the real instrumentation: the line of', () => {
  test.each([
    ['a loop', 'sequential', 'sequential', 8, rounds],
    ['Promise.all', 'parallel', null, 30, rounds],
    ['a repository', 'repository', 'find', 8, rounds],
    ['the first of two alternating queries', 'interleaved_a', 'interleaved', 8, rounds],
    ['the second of two alternating queries', 'interleaved_b', 'interleaved', 8, rounds],
    ['fifty queries on two connections', 'saturated', null, 50, rounds],
    ['a client that was acquired before', 'connected', 'connected', 8, rounds],
    ['a client in the callback of its acquire', 'callback', null, 8, rounds],
    ['loops of several requests at once', 'even', 'concurrentEven', 10, 3 * rounds],
    ['bursts of several requests at once', 'odd', null, 20, 3 * rounds],
  ])('%s', (_what, alias, name, repeats, times) => {
    const all = found(alias);
    expect(all.map((finding) => finding.repeats)).toEqual(Array(times).fill(repeats));
    for (const { callSite } of all) {
      expect(callSite).toEqual({ file: 'pool.mjs', line: lineOf(alias), function: name });
    }
  });

  test('the loop above the repository, among the callers', () => {
    for (const { callers } of found('repository')) {
      expect(callers.map((caller) => caller.function)).toEqual(
        expect.arrayContaining(['load', 'twoLevelsDeep']),
      );
      const loop = callers.find((caller) => caller.function === 'twoLevelsDeep');
      expect(loop?.line).toBe(lineOf('loop above the repository'));
    }
  });

  test('nothing for a healthy request', () => {
    expect(findings.filter(({ shape }) => shape?.includes('healthy'))).toEqual([]);
  });
});
