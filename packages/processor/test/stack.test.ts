import { afterEach, describe, expect, test } from '@jest/globals';
import { captureStack, isUnderPoolQuery, readStack } from '../src/stack.ts';
import type { Capture } from '../src/stack.ts';

type Frame = readonly [file: string | null, line?: number, name?: string | null];

/** A capture as V8 leaves it, of made-up frames, innermost first. */
function aCapture(frames: readonly Frame[]): Capture {
  return {
    stack: frames.map(([file, line = 1, name = null]) => ({
      getFileName: () => file,
      getLineNumber: () => line,
      getColumnNumber: () => 1,
      getFunctionName: () => name,
    })),
  };
}

function fileOf(file: string | null, rootDir = '/app'): string | undefined {
  return readStack(aCapture([[file]]), rootDir)?.callSite.file;
}

const original = Error.prepareStackTrace;
afterEach(() => {
  Error.prepareStackTrace = original;
});

function here(): Capture {
  return captureStack();
}

describe('a stack', () => {
  test('names file, line and function of the innermost application frame', () => {
    const site = readStack(here(), process.cwd());
    expect(site?.callSite).toEqual({
      file: 'packages/processor/test/stack.test.ts',
      line: expect.any(Number),
      function: 'here',
    });
  });

  test('names up to five callers, innermost first', () => {
    const deep = (depth: number): Capture => (depth === 0 ? captureStack() : deep(depth - 1));
    const site = readStack(deep(10), process.cwd());
    expect(site?.callSite.function).toBe('deep');
    expect(site?.callers.map((caller) => caller.function)).toEqual(Array(5).fill('deep'));
  });

  test('can be taken below a function', () => {
    function outer(): Capture {
      return inner();
    }
    function inner(): Capture {
      return captureStack(inner);
    }
    expect(readStack(outer(), process.cwd())?.callSite.function).toBe('outer');
  });

  test('skips Node itself, dependencies and what has no file', () => {
    const capture = aCapture([
      [null],
      ['node:internal/process/task_queues'],
      ['native'],
      ['/app/node_modules/pg/lib/client.js'],
      ['C:\\app\\node_modules\\pg\\lib\\client.js'],
      ['/app/src/notes.js', 7, 'list'],
    ]);
    expect(readStack(capture, '/app')?.callSite).toEqual({
      file: 'src/notes.js',
      line: 7,
      function: 'list',
    });
  });

  test('skips our own packages where they lie in a checkout, and nothing that looks like them', () => {
    const packages = __dirname.replace(/processor[\\/]test$/, '');
    expect(fileOf(`${packages}cache/src/cache.ts`)).toBeUndefined();
    expect(fileOf(`${packages}processor/dist/esm/processor.js`)).toBeUndefined();
    expect(fileOf(`${packages}cache/test/cache.test.ts`)).toBeDefined();
    expect(fileOf('/app/packages/cache/src/cache.ts')).toBe('packages/cache/src/cache.ts');
    expect(fileOf('/app/dist/server.js')).toBe('dist/server.js');
  });

  test('has no site when no frame is the application’s', () => {
    expect(readStack(aCapture([['node:net'], [null]]), '/app')).toBeNull();
    expect(readStack({}, '/app')).toBeNull();
    expect(readStack({ stack: 'Error\n    at text' }, '/app')).toBeNull();
  });

  test('gives files relative to the root directory, others in full', () => {
    expect(fileOf('/app/src/a.ts')).toBe('src/a.ts');
    expect(fileOf('/app/src/a.ts', '/app/')).toBe('src/a.ts');
    expect(fileOf('/application/a.ts')).toBe('/application/a.ts');
    expect(fileOf('/elsewhere/a.ts')).toBe('/elsewhere/a.ts');
  });

  test('reads the URLs of ES modules', () => {
    expect(fileOf('file:///app/src/a%20b.mjs')).toBe('src/a b.mjs');
    expect(fileOf('file:///app/src/%zz.mjs')).toBe('src/%zz.mjs');
  });

  test('leaves the application’s Error.prepareStackTrace and stackTraceLimit as they were', () => {
    const own = (): string => 'own';
    Error.prepareStackTrace = own;
    const limit = Error.stackTraceLimit;
    expect(readStack(here(), process.cwd())?.callSite.function).toBe('here');
    expect(Error.prepareStackTrace).toBe(own);
    expect(Error.stackTraceLimit).toBe(limit);
    expect(new Error('x').stack).toBe('own');
  });

  test('can be read twice', () => {
    const capture = here();
    expect(isUnderPoolQuery(capture)).toBe(false);
    expect(readStack(capture, process.cwd())?.callSite.function).toBe('here');
  });
});

describe('a query runs under pool.query', () => {
  const client: Frame = ['/app/node_modules/pg/lib/client.js'];
  const pool: Frame = ['/app/node_modules/pg-pool/index.js'];
  const instrumentation: Frame = ['/app/node_modules/@opentelemetry/instrumentation-pg/dist/a.cjs'];
  const application: Frame = ['/app/src/a.js'];

  test.each<[string, Frame[], boolean]>([
    ['when pg-pool called it', [instrumentation, client, pool, application], true],
    ['when the instrumentation hides the client', [instrumentation, pool, application], true],
    ['not when the application did', [instrumentation, client, application], false],
    [
      'not when the application did, from a callback of the pool',
      [instrumentation, client, application, pool],
      false,
    ],
    [
      'not when the application did, and the client is hidden',
      [instrumentation, application, pool],
      false,
    ],
    ['not without any frame', [], false],
  ])('%s', (_when, frames, expected) => {
    expect(isUnderPoolQuery(aCapture(frames))).toBe(expected);
  });
});
