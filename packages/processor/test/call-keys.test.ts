import { expect, test } from '@jest/globals';
import { keyAtStart } from '../src/call-keys.ts';
import type { EndedSpan } from '../src/index.ts';
import { aRequest, aRig } from './build.ts';
import type { SpanShape } from './build.ts';

function keyOf(attributes: SpanShape['attributes'], kind = 2): string | undefined {
  const request = aRequest(aRig(), '/a');
  return keyAtStart(request.child('call', { kind, attributes }).span as never as EndedSpan);
}

test('HTTP calls of one method, host and templated path have one key, new names and old', () => {
  const keys = [
    { 'http.request.method': 'GET', 'url.full': 'http://api.test/people/1?token=a' },
    { 'http.request.method': 'GET', 'url.full': 'http://api.test/people/22' },
    { 'http.method': 'get', 'http.url': 'http://api.test/people/3' },
  ].map((attributes) => keyOf(attributes));
  expect(keys[0]).toEqual(expect.any(String));
  expect(new Set(keys).size).toBe(1);
  expect(keyOf({ 'http.request.method': 'POST', 'url.full': 'http://api.test/people/1' })).not.toBe(
    keys[0],
  );
  expect(keyOf({ 'http.request.method': 'GET', 'url.full': 'http://api.test/rooms/1' })).not.toBe(
    keys[0],
  );
});

test('reads of a key-value store have the key of their pattern', () => {
  const read = (text: string) => keyOf({ 'db.system': 'redis', 'db.statement': text });
  expect(read('get user:1')).toEqual(expect.any(String));
  expect(read('get user:2')).toBe(read('get user:1'));
  expect(read('get room:2')).not.toBe(read('get user:1'));
  expect(read('set user:1 [1 other arguments]')).toBeUndefined();
});

test('a read that has ended has the key of its start, its hash beside it or not', () => {
  const read = { 'db.system.name': 'redis', 'db.query.text': 'get user:1' };
  expect(keyOf({ ...read, 'spandrel.cache.key_hash': 'a1/b2' })).toBe(keyOf(read));
});

test('calls that say at their start no more than where they go have none', () => {
  expect(keyOf({ 'db.system.name': 'postgresql' })).toBeUndefined();
  expect(keyOf({ 'db.system.name': 'mysql', 'db.query.text': 'SELECT 1' })).toBeUndefined();
  expect(keyOf({ 'rpc.system': 'grpc' })).toBeUndefined();
  expect(keyOf({})).toBeUndefined();
});
