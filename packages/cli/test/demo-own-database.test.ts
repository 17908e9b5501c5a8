import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, expect, jest, test } from '@jest/globals';
import type { Report } from '@spandrel/engine';
import {
  expectedFindings,
  slowSearch,
} from '../../../examples/meetings-api/src/expected-findings.ts';
import { byCount, findingsIn, sorted } from './demo/findings-in.ts';
import { RunningDemo } from './demo/run-demo.ts';

// A million rows are made first.
jest.setTimeout(240_000);

const DATABASE_URL = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const REDIS_URL = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

let demo: RunningDemo | undefined;

afterAll(() => demo?.end());

test('finds the same with a PostgreSQL and a Redis of the user, and the slow search by its time', async () => {
  if (!(await isThere(DATABASE_URL, 5432)) || !(await isThere(REDIS_URL, 6379))) {
    if (process.env['CI'] === 'true')
      throw new Error(`${DATABASE_URL} or ${REDIS_URL} is not there`);
    console.log(`skipped: no PostgreSQL at ${DATABASE_URL} or no Redis at ${REDIS_URL}`);
    return;
  }
  const schema = `spandrel_test_${process.pid}`;
  const env = { DATABASE_URL, REDIS_URL, MEETINGS_SCHEMA: schema, MEETINGS_SCALE: 'big' };
  demo = new RunningDemo(['--json', '--seconds', '9'], env);
  expect(await demo.exit()).toBe(0);
  const found = findingsIn(JSON.parse(demo.stdout) as Report);
  expect(sorted(byCount(found))).toEqual(sorted(byCount(expectedFindings)));
  expect(sorted(found)).toEqual(expect.arrayContaining(sorted(expectedFindings)));
  expect(found).toContainEqual(expect.objectContaining(slowSearch));
  expect(demo.left()).toEqual([]);
});

async function isThere(url: string, defaultPort: number): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port || defaultPort), hostname);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
