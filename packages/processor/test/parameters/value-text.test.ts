import { describe, expect, test } from '@jest/globals';
import { inlineValuesOf } from '../../src/parameters/inline-values.ts';
import { valuesText } from '../../src/parameters/value-text.ts';

describe('parameters as one text', () => {
  test.each<[string, unknown[], unknown[]]>([
    ['a number and its digits, which a database is sent alike', [1], ['1']],
    ['a big integer and its digits', [12n], ['12']],
    ['true and its word', [true], ['true']],
    ['null and undefined', [null], [undefined]],
    ['equal dates', [new Date(5)], [new Date(5)]],
    ['equal bytes', [Buffer.from('ab')], [new Uint8Array([97, 98])]],
    ['equal arrays', [[1, 'a', [null]]], [['1', 'a', [null]]]],
  ])('are the same: %s', (_what, one, other) => {
    expect(valuesText(one)).not.toBeNull();
    expect(valuesText(one)).toBe(valuesText(other));
  });

  test.each<[string, unknown[], unknown[]]>([
    ['one text and two that join to it', ['ab'], ['a', 'b']],
    ['texts that look like our own separators', ['1:a', 'b'], ['1', ':ab']],
    ['null and its word', [null], ['null']],
    ['nothing and an empty text', [], ['']],
    ['an array and its values', [[1, 2]], [1, 2]],
    ['arrays cut otherwise', [[1], [2]], [[1, 2], []]],
    ['a date and its number', [new Date(5)], [5]],
    ['bytes and their text', [Buffer.from('ab')], ['ab']],
    ['order', [1, 2], [2, 1]],
    ['a sign', [5], [-5]],
  ])('differ: %s', (_what, one, other) => {
    expect(valuesText(one)).not.toBe(valuesText(other));
  });

  test.each<[string, unknown[]]>([
    ['an object', [{ id: 1 }]],
    ['a function', [() => 1]],
    ['a symbol', [Symbol('a')]],
    ['an object within an array', [[1, {}]]],
    ['too many', Array.from({ length: 101 }, () => 1)],
    ['a long text', ['x'.repeat(2001)]],
    ['long bytes', [Buffer.alloc(2001)]],
    ['much together', Array.from({ length: 50 }, () => 'x'.repeat(50))],
  ])('are not known: %s', (_what, values) => {
    expect(valuesText(values)).toBeNull();
  });
});

describe('the values in a statement', () => {
  const inline = (sql: string, dialect: 'postgresql' | 'mysql' = 'postgresql') =>
    inlineValuesOf(sql, dialect);

  test.each([
    [`SELECT * FROM a WHERE id = 7`, [7], [7]],
    [`SELECT * FROM a WHERE id = '7'`, ['7'], ['7']],
    [`SELECT * FROM a WHERE id = -7`, [-7], [-7]],
    [
      `SELECT * FROM a WHERE s = 'it''s' AND n IN (1, 2) LIMIT 3`,
      ["it's", 1, 2, 3],
      ["it's", 1, 2],
    ],
    [`SELECT * FROM a WHERE b = TRUE AND c IS NULL AND d IS NOT NULL`, [true], [true]],
    [`SELECT /* 1 */ id FROM a -- 2`, [], []],
    [`SELECT * FROM a WHERE b = 1 ORDER BY id LIMIT 5 OFFSET 10`, [1, 5, 10], [1]],
  ])('are those of the same parameters: %s', (sql, values, besideLimit) => {
    expect(inline(sql)).toEqual({
      text: valuesText(values),
      besideLimit: valuesText(besideLimit),
      hasPlaceholders: false,
    });
  });

  test('beside a limit are known also where only the limit is a parameter', () => {
    const where = 'SELECT * FROM a WHERE b =';
    expect(inline(`${where} 1 LIMIT $1`)?.besideLimit).toBe(valuesText([1]));
    expect(inline(`${where} $1 LIMIT 5`)?.besideLimit).toBeNull();
  });

  test('double quotes hold them in MySQL, names in PostgreSQL', () => {
    const sql = 'SELECT * FROM a WHERE b = "c"';
    expect(inline(sql, 'mysql')?.text).toBe(valuesText(['c']));
    expect(inline(sql)?.text).toBe('');
  });

  test.each(['id = $1', 'id = ?', 'id = :id', 'id = @p1'])('has a place for one: %s', (where) => {
    expect(inline(`SELECT * FROM a WHERE ${where}`)?.hasPlaceholders).toBe(true);
  });

  test('are not known where the text ends in a string, or is very long', () => {
    expect(inline(`SELECT * FROM a WHERE b = 'c`)).toBeNull();
    expect(inline(`SELECT * FROM a WHERE b = '`)).toBeNull();
    expect(inline(`SELECT ${'1, '.repeat(10_000)}2`)).toBeNull();
  });
});
