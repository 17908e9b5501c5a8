import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';

interface Call {
  readonly attributes: Readonly<Record<string, unknown>>;
}

// In a process of its own, because the instrumentation cannot patch what Jest requires.
const app = join(__dirname, 'apps/http.mjs');
const node = join(__dirname, '../../../node_modules/.bin/node');
const lines = readFileSync(app, 'utf8').split('\n');
let calls: Call[];

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(node, [app], { maxBuffer: 64 * 1024 * 1024 });
  calls = JSON.parse(stdout) as Call[];
}, 60_000);

function lineOf(mark: string): number {
  return lines.findIndex((line) => line.includes(`mark: ${mark}`)) + 1;
}

/** Calls to paths that begin like this, and those of them with a site. */
function callsTo(path: string): { all: Call[]; sited: Call[] } {
  const all = calls.filter(({ attributes }) => String(attributes['url.full']).includes(path));
  return { all, sited: all.filter(({ attributes }) => 'code.file.path' in attributes) };
}

describe('real calls under the real instrumentation: the line of', () => {
  test.each([
    ['a client in a loop', '/sequential/', 'get', 'get'],
    ['a client in Promise.all', '/parallel/', 'get', 'get'],
  ])('%s, from few stacks', (_what, path, mark, name) => {
    const { all, sited } = callsTo(path);
    expect(all).toHaveLength(10);
    expect(sited.length).toBeGreaterThanOrEqual(1);
    expect(sited.length).toBeLessThanOrEqual(3);
    for (const { attributes } of sited) {
      expect(attributes).toMatchObject({
        'code.file.path': 'http.mjs',
        'code.line.number': lineOf(mark),
        'code.function.name': name,
      });
    }
  });

  test('fetch, whose start Node.js tells while the caller is on the stack', () => {
    const { all, sited } = callsTo('/fetched/');
    expect(all).toHaveLength(10);
    expect(sited.length).toBeGreaterThanOrEqual(1);
    // The innermost frame is that of the listener, which is the application's own here.
    for (const { attributes } of sited) {
      const [caller] = attributes['spandrel.callers'] as string[];
      expect(caller).toBe(`fetched (http.mjs:${lineOf('fetched')})`);
    }
  });

  test('the loop above the client, among the callers', () => {
    const callers = callsTo('/sequential/').sited.flatMap(
      ({ attributes }) => attributes['spandrel.callers'],
    );
    expect(callers.join()).toContain('sequential');
    expect(
      callsTo('/parallel/')
        .sited.map(({ attributes }) => attributes['spandrel.callers'])
        .join(),
    ).toContain(`http.mjs:${lineOf('loop of parallel')}`);
  });

  test('both of two places that call the same', () => {
    const found = callsTo('/places/').sited.map(({ attributes }) => attributes['code.line.number']);
    expect(new Set(found)).toEqual(new Set([lineOf('get'), lineOf('elsewhere')]));
  });
});

test.each([
  ['two calls', '/few/', 2],
  ['calls of different paths', '/different/', 6],
])('no stack is written for %s', (_what, path, count) => {
  const { all, sited } = callsTo(path);
  expect(all).toHaveLength(count);
  expect(sited).toEqual([]);
});
