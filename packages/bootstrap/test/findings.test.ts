import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runApp } from '../../../test/processes/run-app.ts';

const app = join(__dirname, 'apps/finding.cjs');
const env = {
  OTEL_SERVICE_NAME: 'jobs',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
};
const line =
  /^spandrel: n-plus-one-query: 6 × SELECT t in job at packages\/bootstrap\/test\/apps\/finding\.cjs:\d+, \d+\.\d ms$/;

test('a listener hears of every finding, and whether its problem is new', async () => {
  const { stdout } = await runApp(app, { ...env, NODE_ENV: 'production' }, []).ended;
  const found = { rule: 'n-plus-one-query', repeats: 6, service: 'jobs' };
  expect(
    stdout
      .trim()
      .split('\n')
      .slice(0, 3)
      .map((text) => JSON.parse(text)),
  ).toEqual([
    { ...found, isNew: true },
    { ...found, isNew: false },
    [{ endpoint: 'job', calls: 2 }],
  ]);
});

test('a second start returns what is running, with its statistics', async () => {
  const { stdout } = await runApp(app, env, []).ended;
  expect(stdout.trim().split('\n').at(-1)).toBe('true 2');
});

test('in development a problem is told once, on stderr', async () => {
  const { stderr } = await runApp(app, { ...env, NODE_ENV: 'development' }, []).ended;
  expect(
    stderr
      .trim()
      .split('\n')
      .filter((text) => line.test(text)),
  ).toHaveLength(1);
});

test('in production it is not told', async () => {
  const { stderr } = await runApp(app, { ...env, NODE_ENV: 'production' }, []).ended;
  expect(stderr).toMatch(/^spandrel: watching jobs, exporting to nowhere;.*\n$/);
});

test('listeners that throw or reject end neither the application nor each other', async () => {
  const failing = join(__dirname, 'apps/listeners.cjs');
  const { code, stdout, stderr } = await runApp(failing, { ...env, NODE_ENV: 'production' }, [])
    .ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'n-plus-one-query\nrunning true\n' });
  expect(stderr).toContain('a listener for findings failed: Error: thrown');
  expect(stderr).toContain('a listener for findings failed: Error: rejected');
});

test('a bad setting in the environment does not end an application that calls start()', async () => {
  const failing = join(__dirname, 'apps/listeners.cjs');
  const bad = { ...env, SPANDREL_MIN_REPEATS: '-3' };
  const { code, stdout, stderr } = await runApp(failing, bad, []).ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'running false\n' });
  expect(stderr).toBe(
    'spandrel: not started: SPANDREL_MIN_REPEATS must be a whole number of at least 2, got "-3"; the application runs without it\n',
  );
});
