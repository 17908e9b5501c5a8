import { describe, expect, test } from '@jest/globals';
import { batchAdvice } from '../../src/advice/batch.ts';
import { readStatement } from '../../src/sql/statement.ts';
import type { Dialect } from '../../src/sql/scanner.ts';
import type { Advice } from '../../src/types.ts';
import { forSeeds, oneOf } from '../random.ts';
import { deletes, laterals, reads, refusals, writes } from './rewrites.ts';

const advice = (sql: string, dialect: Dialect = 'postgresql'): Advice =>
  batchAdvice(readStatement(sql, dialect));

describe('a loop over one statement becomes one statement', () => {
  test.each([...reads, ...laterals, ...deletes, ...writes].map(({ loop, batch }) => [loop, batch]))(
    '%s',
    (loop, batch) => {
      expect(advice(loop).statement).toBe(batch);
    },
  );

  test('also when the key was written into the text, which then stays private', () => {
    expect(advice("SELECT * FROM users WHERE name = 'ann'").statement).toBe(
      'SELECT * FROM users WHERE name = ANY($1)',
    );
  });
});

describe('a loop that cannot be batched safely gets a sentence only', () => {
  test.each(refusals)('%s: %s', (_why, sql) => {
    const { statement, text } = advice(sql);
    expect(statement).toBeNull();
    expect(text).toMatch(/^Collect the .*\.$/);
  });

  test('and so does one for a database other than PostgreSQL', () => {
    expect(advice('SELECT * FROM t WHERE a = ?', 'mysql').statement).toBeNull();
  });
});

test('writers get advice for writing', () => {
  expect(advice('INSERT INTO t (a) VALUES ($1)').text).toMatch(/^Insert all rows/);
  expect(advice('UPDATE t SET b = $1 WHERE a = $2').text).toMatch(/^Update all rows/);
  expect(advice('DELETE FROM t WHERE a = $1').text).toMatch(/^Delete all keys/);
  expect(advice('CALL f($1)').text).toMatch(/^Collect the keys/);
});

test('no text makes it throw', () => {
  const words = ['SELECT', 'DELETE', 'INSERT', 'INTO', 'UPDATE', 'SET', 'FROM', 'WHERE', 'VALUES'];
  words.push(
    'a',
    't',
    '.',
    ',',
    '(',
    ')',
    '=',
    '$1',
    '?',
    "'x'",
    '*',
    '::',
    ';',
    'AND',
    'ORDER',
    'BY',
  );
  forSeeds(5000, (random) => {
    const length = Math.floor(random() * 14);
    const sql = Array.from({ length }, () => oneOf(random, words)).join(' ');
    const { text, statement } = advice(`${oneOf(random, words)} ${sql}`);
    expect(text).not.toBe('');
    expect(statement ?? '').not.toContain("'x'");
  });
});
