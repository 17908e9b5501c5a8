import { describe, expect, test } from '@jest/globals';
import { documentCallOf } from '../../src/calls/document.ts';
import { aTrace } from '../build.ts';
import type { Attributes } from '../../src/types.ts';

const find = {
  'db.system.name': 'mongodb',
  'db.operation.name': 'find',
  'db.collection.name': 'posts',
};

describe('a call to a document store', () => {
  test.each([
    ['{"author":"?"}', 'find posts {"author":?}'],
    ['{ "author" : "ann", "age": -1.5 }', 'find posts {"author":?,"age":?}'],
    ['{"_id":{"$in":["a","b","c"]}}', 'find posts {"_id":{"$in":[?]}}'],
    ['{author: 7, ok: true}', 'find posts {author:?,ok:?}'],
    ['{"a":"say \\"hi\\" {x:1}"}', 'find posts {"a":?}'],
    ['{"a":"never closed', 'find posts {"a":?'],
    ['', 'find posts'],
    [undefined, 'find posts'],
  ])('with the request %j has the shape %j', (request, text) => {
    expect(documentCallOf(find, request)?.text).toBe(text);
  });

  test('with the old names is the same', () => {
    const old = { 'db.operation': 'find', 'db.mongodb.collection': 'posts' };
    expect(documentCallOf(old, '{"a":1}')).toEqual(documentCallOf(find, '{"a":2}'));
  });

  test('needs an operation and a collection', () => {
    expect(documentCallOf({ 'db.operation.name': 'connect' }, undefined)).toBeUndefined();
    expect(documentCallOf({ 'db.collection.name': 'posts' }, '{}')).toBeUndefined();
  });

  test('costs no more than its first 4,096 characters', () => {
    const text = documentCallOf(find, `{"a":[${'1,'.repeat(1_000_000)}]}`)?.text;
    expect(text).toBe('find posts {"a":[?,');
  });
});

describe('a loop over a document store', () => {
  const loop = (attributes: Attributes): string[] =>
    aTrace()
      .withQueries(6, '', { attributes: { 'db.query.text': undefined, ...attributes } })
      .findings()
      .map(({ rule, summary }) => `${rule} ${summary}`);

  test('is an N+1, also where the span has no request at all', () => {
    expect(loop({ ...find, 'db.query.text': '{"_id":"?"}' })).toEqual([
      'n-plus-one-query find posts',
    ]);
    expect(loop(find)).toEqual(['n-plus-one-query find posts']);
  });

  test('is none for the batches of one cursor', () => {
    expect(loop({ ...find, 'db.operation.name': 'getMore' })).toEqual([]);
  });

  test('with the same request each time is a duplicate, with different ones an N+1', () => {
    const rules = (values: readonly number[]): string[] => {
      const trace = aTrace();
      for (const value of values) {
        trace.withQueries(1, `{"_id":${value}}`, { attributes: { ...find } });
      }
      return trace.findings().map(({ rule }) => rule);
    };
    expect(rules([1, 2, 3, 4, 5])).toEqual(['n-plus-one-query']);
    expect(rules([7, 7, 7])).toEqual(['duplicate-query']);
  });

  test('is none for connects', () => {
    expect(loop({ 'db.system.name': 'mongodb' })).toEqual([]);
  });
});
