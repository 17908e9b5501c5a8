import { expect, test } from '@jest/globals';
import { parametersOf } from '../src/database.ts';
import { aTrace } from './build.ts';
import type { Attributes } from '../src/types.ts';

const parameters = (sql: string, attributes: Attributes = {}): string | null =>
  parametersOf(aTrace().withQueries(1, sql, { attributes }).asTrace().queries[0]!);

test('a statement without values is always asked with the same', () => {
  expect(parameters('SELECT * FROM notes')).toBe('');
});

test('parameters that nobody told are unknown, and unknown is never the same', () => {
  expect(parameters('SELECT * FROM notes WHERE id = $1')).toBeNull();
  expect(parameters("SELECT * FROM notes WHERE id = $1 AND kind = 'a'")).toBeNull();
});

test('a hash of them tells, whatever else there is', () => {
  const hash = { 'spandrel.db.parameters_hash': '0123456789abcdef' };
  expect(parameters('SELECT * FROM notes WHERE id = $1', hash)).toBe('0123456789abcdef');
});

test.each([
  ['SELECT * FROM notes WHERE id = 5', 'SELECT * FROM notes WHERE id = -5'],
  ["SELECT * FROM notes WHERE id = 'a'", "SELECT * FROM notes WHERE id = 'b'"],
  ['SELECT * FROM notes WHERE done = true', 'SELECT * FROM notes WHERE done = false'],
])('%s differs from %s', (one, other) => {
  expect(parameters(one)).not.toBeNull();
  expect(parameters(one)).not.toBe(parameters(other));
});

test('literals are the same whatever stands around them', () => {
  expect(parameters('SELECT * FROM notes WHERE id=5')).toBe(
    parameters('select *  from notes where id = 5 -- again'),
  );
});
