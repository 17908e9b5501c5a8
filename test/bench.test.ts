import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const bench = join(__dirname, '../bench');

/** The bench is plain ESM without types, so its parts run in a process of their own. */
function evaluated(expression: string): unknown {
  const file = JSON.stringify(join(bench, 'statistics.mjs'));
  const code = `const s = await import(${file}); console.log(JSON.stringify(${expression}));`;
  const { stdout, stderr } = runNode('--input-type=module', '--eval', code);
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout);
}

function runBench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return runNode(join(bench, 'run.mjs'), ...args);
}

function runNode(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

describe('the statistics of the bench', () => {
  test('the median is the middle value, or the mean of the two in the middle', () => {
    expect(evaluated('[s.median([3, 1, 2]), s.median([4, 1, 3, 2])]')).toEqual([2, 2.5]);
  });

  test('the spread is least and largest value', () => {
    expect(evaluated('s.spread([1.2, 0.9, 1.1])')).toEqual([0.9, 1.2]);
  });

  test('the interval of equal values is that value', () => {
    expect(evaluated('s.medianInterval([2, 2, 2, 2], 1)')).toEqual([2, 2]);
  });

  test('the interval holds the median, lies within the spread and repeats with its seed', () => {
    const values = '[1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.5, 0.8]';
    const [first, again] = evaluated(
      `[s.medianInterval(${values}, 7), s.medianInterval(${values}, 7)]`,
    ) as [[number, number], [number, number]];
    expect(again).toEqual(first);
    const [low, high] = first;
    expect(low).toBeGreaterThanOrEqual(0.8);
    expect(low).toBeLessThanOrEqual(1.04);
    expect(high).toBeGreaterThanOrEqual(1.04);
    expect(high).toBeLessThanOrEqual(1.5);
  });

  test('one outlier does not widen the interval to itself', () => {
    const values = `[...Array(14).fill(1), 100]`;
    expect(evaluated(`s.medianInterval(${values}, 1)`)).toEqual([1, 1]);
  });

  test('a goal is met by the median, and settled when the whole interval agrees', () => {
    expect(evaluated('s.verdictOf(1.02, [1.01, 1.03], 1.06)')).toEqual({
      isMet: true,
      isSettled: true,
    });
    expect(evaluated('s.verdictOf(1.05, [1.01, 1.1], 1.06)')).toEqual({
      isMet: true,
      isSettled: false,
    });
    expect(evaluated('s.verdictOf(1.2, [1.1, 1.3], 1.06)')).toEqual({
      isMet: false,
      isSettled: true,
    });
    expect(evaluated('s.verdictOf(1, [1, 1], null)')).toBeNull();
  });
});

describe('the command line of the bench', () => {
  test('--help names every option and measures nothing', () => {
    const { status, stdout, stderr } = runBench('--help');
    expect(status).toBe(0);
    expect(stderr).toBe('');
    for (const option of ['--json', '--pairs N', '--only NAME', '--seed N', '--help']) {
      expect(stdout).toContain(option);
    }
  });

  test.each([
    [['--pairs', '0'], '--pairs must be a whole number from 1 to 1000, got 0'],
    [['--pairs', 'many'], '--pairs must be a whole number from 1 to 1000, got many'],
    [['--only', 'nothing'], '--only must name one of processor-per-span/judge'],
    [['--fast'], "Unknown option '--fast'"],
    [['now'], "Unexpected argument 'now'"],
  ])('%j is refused in one line with exit code 2', (args, message) => {
    const { status, stdout, stderr } = runBench(...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
