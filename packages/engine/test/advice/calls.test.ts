import { describe, expect, test } from '@jest/globals';
import {
  cacheBatchAdvice,
  dataLoaderAdvice,
  duplicateAdvice,
  errorBurstAdvice,
  httpBatchAdvice,
  largeResultAdvice,
  poolWaitAdvice,
  retryAdvice,
  serialAdvice,
  slowQueryAdvice,
  stampedeAdvice,
  transactionAdvice,
} from '../../src/advice/index.ts';
import { readStatement } from '../../src/sql/statement.ts';
import type { Advice } from '../../src/types.ts';

const unproved = 'unproved: compare both before you ship';

describe('a loop over one URL', () => {
  const advice = (template: string, method = 'GET'): Advice =>
    httpBatchAdvice({ method, host: 'api.example:8080', template });

  test.each([
    ['GET api.example:8080/users/:param', 'GET api.example:8080/users?ids={ids}'],
    ['/v1/users/{id}', 'GET api.example:8080/v1/users?ids={ids}'],
    ['/users/:a/posts/:b', 'GET api.example:8080/users/:a/posts?ids={ids}'],
  ])('%s becomes one call for all keys', (template, call) => {
    expect(advice(template)).toMatchObject({ statement: call, proof: 'unproved' });
    expect(advice(template).text).toContain(unproved);
  });

  test.each(['/users/:id/posts', '/users', '/:id', '/', ''])(
    'stays many calls where the key is not the last part: %s',
    (template) => {
      expect(advice(template)).toMatchObject({ statement: null, proof: null });
    },
  );

  test('that writes runs its calls together', () => {
    const { text, statement } = advice('/users/:id', 'PUT');
    expect(statement).toBeNull();
    expect(text).toMatch(/^Send the calls at the same time/);
  });
});

describe('a loop over single keys', () => {
  test('of Redis becomes MGET', () => {
    const advice = cacheBatchAdvice({ cache: 'users', pattern: 'user:{id}', system: 'redis' });
    expect(advice).toMatchObject({ statement: 'MGET user:{id} [user:{id} …]', proof: 'unproved' });
    expect(advice.text).toContain(unproved);
  });

  test('of a cache in the process becomes one call', () => {
    const advice = cacheBatchAdvice({ cache: 'users', pattern: null, system: null });
    expect(advice).toEqual({
      text: 'Collect the keys first and read them from the cache users with one call, such as getMany.',
      statement: null,
      proof: null,
    });
  });

  test('without any name gets a sentence that names none', () => {
    expect(cacheBatchAdvice({ cache: '', pattern: null, system: 'x' }).text).toMatch(
      /the cache with/,
    );
    expect(cacheBatchAdvice({ cache: '', pattern: null, system: 'memcached' }).statement).toBe(
      'get key [key …]',
    );
  });
});

describe('a resolver loop becomes a DataLoader', () => {
  const loader = (sql: string | null, typeName = 'User', field = 'posts'): string => {
    const statement = sql === null ? null : readStatement(sql, 'postgresql');
    const advice = dataLoaderAdvice({ typeName, field, statement });
    expect(advice).toMatchObject({ text: expect.stringContaining(unproved), proof: 'unproved' });
    return advice.statement!;
  };

  /** The snippet, run: `rows` is what the database gives. */
  async function run(snippet: string, keys: unknown[], rows: unknown[]): Promise<unknown> {
    const name = /^const (\w+)/.exec(snippet)![1]!;
    const asked: unknown[] = [];
    const pool = {
      query: (...args: unknown[]) => {
        asked.push(args);
        return Promise.resolve({ rows });
      },
    };
    class DataLoader {
      readonly load: (keys: unknown[]) => Promise<unknown>;
      constructor(load: (keys: unknown[]) => Promise<unknown>) {
        this.load = load;
      }
    }
    const make = new Function('DataLoader', 'pool', `${snippet}\nreturn ${name};`);
    const given = await (make(DataLoader, pool) as DataLoader).load(keys);
    return { given, asked };
  }

  test('whose rows go to their keys by the key', async () => {
    const snippet = loader('SELECT title AS t, user_id AS "it\'s" FROM posts WHERE user_id = $1');
    expect(snippet).toMatch(/^const userPostsLoader = new DataLoader/);
    const rows = [
      { t: 'a', "it's": 2 },
      { t: 'b', "it's": 1 },
      { t: 'c', "it's": 2 },
    ];
    expect(await run(snippet, [1, 2, 3], rows)).toEqual({
      given: [[rows[1]], [rows[0], rows[2]], []],
      asked: [[expect.stringContaining('user_id = ANY($1)'), [[1, 2, 3]]]],
    });
  });

  test('or by the place of the key', async () => {
    const snippet = loader('SELECT count(*) FROM posts WHERE user_id = $1');
    const rows = [{ batch_nr: '2', count: '7' }];
    expect(await run(snippet, ['x', 'y'], rows)).toMatchObject({ given: [[], rows] });
  });

  test('whose load is left open where one key is not all it takes', () => {
    expect(loader(null)).toContain('loadMany(keys)');
    expect(loader('SELECT a FROM t WHERE a = $1 AND b = $2')).toContain('loadMany(keys)');
    expect(loader('SELECT a FROM t WHERE a = $1 FOR UPDATE')).toContain('loadMany(keys)');
    expect(loader('UPDATE t SET b = true WHERE a = $1')).toContain('loadMany(keys)');
  });

  test('whose name holds nothing that could run', () => {
    expect(loader(null, '1;alert(1)//', '`${x}`\n')).toMatch(/^const _1alert1XLoader = new/);
  });
});

describe('calls that wait for each other without need', () => {
  test('are started together', () => {
    const { statement, proof } = serialAdvice({
      summaries: ['SELECT users', 'SELECT public.notes', 'SELECT users', ''],
    });
    expect(proof).toBe('unproved');
    expect(statement).toBe(
      [
        'const [users, publicnotes, users2, result] = await Promise.all([',
        '  loadUsers(), // SELECT users',
        '  loadPublicnotes(), // SELECT public.notes',
        '  loadUsers2(), // SELECT users',
        '  loadResult(), // ',
        ']);',
      ].join('\n'),
    );
  });

  test('are joined where one hands a key on', () => {
    const advice = serialAdvice({ summaries: ['SELECT a', 'SELECT b'], handsOnKey: true });
    expect(advice).toMatchObject({ text: expect.stringContaining('JOIN'), statement: null });
  });
});

test.each<[string, Advice, RegExp]>([
  [
    'a duplicate',
    duplicateAdvice({
      summary: 'SELECT users',
      repeats: 4,
      callSite: { file: 'a.ts', line: 3, function: 'load' },
    }),
    /^Read it once from load .* 3 of 4 SELECT users bring nothing new\.$/,
  ],
  [
    'a duplicate without a place',
    duplicateAdvice({ summary: 'SELECT users', repeats: 2, callSite: null }),
    /^Read it once and hand/,
  ],
  [
    'a wait for the pool',
    poolWaitAdvice({ maxConnections: 10 }),
    /Little's law\)\. The pool has 10\.$/,
  ],
  [
    'a wait for a pool of unknown size',
    poolWaitAdvice({ maxConnections: null }),
    /Little's law\)\.$/,
  ],
  [
    'a call in a transaction',
    transactionAdvice({ call: 'GET api.example/users', heldMs: 1500 }),
    /^Move GET api\.example\/users before BEGIN or after COMMIT: for 1\.50 s/,
  ],
  ['an idle transaction', transactionAdvice({ call: null, heldMs: 20 }), /open for 20\.0 ms/],
  [
    'a large result',
    largeResultAdvice({ rows: 5000, isUnlimited: true, selectsAll: true }),
    /^Give it a LIMIT .* instead of \*: it returned 5000 rows\.$/,
  ],
  [
    'a large page',
    largeResultAdvice({ rows: 5000, isUnlimited: false, selectsAll: false }),
    /^Lower its LIMIT: it returned 5000 rows\.$/,
  ],
  [
    'a stampede',
    stampedeAdvice({ cache: 'users', loads: 9 }),
    /users loads a key once instead of 9 times/,
  ],
  ['a retry storm', retryAdvice({ attempts: 6 }), /backoff with jitter.* tried 6 times\.$/],
  [
    'an error burst',
    errorBurstAdvice({ operation: 'GET x', errors: 7 }),
    /GET x .* failed 7 times/,
  ],
])('%s gets a sentence with its numbers', (_name, advice, text) => {
  expect(advice).toMatchObject({ text: expect.stringMatching(text), statement: null, proof: null });
});

test('a slow query can be explained, which proves nothing', () => {
  const advice = slowQueryAdvice(readStatement('SELECT * FROM t WHERE a = $1', 'postgresql'));
  expect(advice).toMatchObject({
    statement: 'EXPLAIN (GENERIC_PLAN) SELECT * FROM t WHERE a = $1',
    proof: 'unproved',
  });
  const write = slowQueryAdvice(readStatement('DELETE FROM t', 'postgresql'));
  expect(write).toMatchObject({ statement: null, proof: null });
});
