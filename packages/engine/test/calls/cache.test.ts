import { describe, expect, test } from '@jest/globals';
import { cacheReadsOf } from '../../src/calls/cache.ts';
import { stampedesOf } from '../../src/calls/stampedes.ts';
import { SpanKind } from '../../src/types.ts';
import type { Attributes } from '../../src/types.ts';
import { aSpan, aTrace, someDayMs } from '../build.ts';
import { forSeeds, shuffled } from '../random.ts';
import { Statements } from '../../src/sql/statements.ts';
import { resolveEngineOptions } from '../../src/options.ts';
import { Trace } from '../../src/trace.ts';

function command(text: string | undefined, more: Attributes = {}): unknown {
  const attributes = { 'db.system.name': 'redis', 'db.query.text': text, ...more };
  return cacheReadsOf(aSpan({ attributes }))[0];
}

describe('a read of a key-value store', () => {
  test.each([
    ['get user:42', 'GET', 'user:*'],
    ['GET user:42:notes', 'GET', 'user:*:notes'],
    ['GET app:e:user%3A42%3Anotes', 'GET', 'app:e:user:*:notes'],
    ['get user_42', 'GET', 'user_*'],
    ['get 7f3c', 'GET', '*'],
    ['get settings', 'GET', 'settings'],
    ['hget user:1 name', 'HGET', 'user:*'],
    ['get ?', 'GET', null],
    ['get', 'GET', null],
  ])('is %s', (text, verb, pattern) => {
    expect(command(text)).toMatchObject({ verb, pattern, cache: 'redis', result: null });
  });

  test.each(['mget a b', 'get a b', 'set a ?', 'del a', 'ping', '', undefined])(
    'is not %s',
    (text) => expect(command(text)).toBeUndefined(),
  );

  test('is taken from the operation where the text is hidden, and not inside a batch', () => {
    expect(command(undefined, { 'db.operation.name': 'get' })).toMatchObject({ verb: 'GET' });
    expect(command('get a', { 'db.operation.name': 'PIPELINE get' })).toBeUndefined();
    expect(command('get a', { 'db.system.name': 'postgresql' })).toBeUndefined();
    expect(command('get a', { 'db.namespace': '3' })).toMatchObject({ cache: 'redis 3' });
  });
});

test('events of a cache are reads of their span, whatever their attributes hold', () => {
  const event = (name: string, attributes: Attributes = {}) => {
    return { name, timeMs: someDayMs, attributes };
  };
  const events = [
    event('cache.hit', { 'cache.name': 'users', 'cache.key.pattern': 'user:{id}' }),
    event('cache.miss', { 'cache.name': 7 }),
    event('cache.set'),
    event('cache.stale_hit'),
  ];
  expect(cacheReadsOf(aSpan({ events }))).toMatchObject([
    { result: 'hit', cache: 'users', pattern: 'user:{id}', isEvent: true },
    { result: 'miss', cache: '', pattern: null },
    { result: 'stale_hit', cache: '' },
  ]);
});

test('a stampede is the same whatever the order in which its spans arrive', () => {
  forSeeds(50, (random) => {
    const trace = aTrace();
    for (let n = 0; n < 4; n++) {
      const attributes = { 'db.system.name': 'redis', 'db.query.text': 'get report:7' };
      trace.withSpan({ kind: SpanKind.client, startMs: someDayMs + n, attributes });
    }
    trace.withQueries(4, 'SELECT * FROM reports WHERE id = 7', { atMs: 5, eachMs: 9, everyMs: 1 });
    const statements = new Statements(resolveEngineOptions());
    const spans = shuffled(random, trace.spans);
    const [one] = stampedesOf(new Trace(trace.root, spans, 'x', statements), 3);
    expect(one?.loads.map(({ spanId }) => spanId)).toEqual(['q4', 'q5', 'q6', 'q7']);
  });
});
