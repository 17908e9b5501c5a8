import { expect, test } from '@jest/globals';
import { matches, parseEntries } from '../src/text-pattern.ts';

test.each([
  ['GET /notes', 'GET /notes', true],
  ['GET /notes', 'GET /notes/1', false],
  ['GET /*', 'GET /notes', true],
  ['GET /*', 'POST /notes', false],
  ['*notes*', 'GET /notes/1', true],
  ['a*a', 'a', false],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['a*bc*c', 'abc', false],
  ['*', '', true],
  ['a**b', 'ab', true],
  ['.+', 'xx', false],
])('%j on %j is %j', (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

test('a pattern of many stars costs no more than the text is long', () => {
  expect(matches(`${'*a'.repeat(900)}*b`, 'a'.repeat(100_000))).toBe(false);
});

test.each(['=x', 'rule=', 'rule', 'rule=a&&'])('%j is no list of entries', (text) => {
  expect(parseEntries(text)).toBeUndefined();
});
