import { describe, expect, test } from '@jest/globals';
import { batchAdvice } from '../../src/advice/batch.ts';
import { reasons } from '../../src/advice/refusals.ts';
import type { Dialect } from '../../src/sql/dialect.ts';
import { readStatement } from '../../src/sql/statement.ts';
import type { Advice } from '../../src/types.ts';
import { forSeeds, oneOf } from '../random.ts';
import { refusals, sentences } from './refusals.ts';

const advice = (sql: string, dialect: Dialect = 'postgresql'): Advice =>
  batchAdvice(readStatement(sql, dialect));

/** What each kind looks like; `batch-postgres.test.ts` proves what they do. */
const batches: readonly [loop: string, batch: string][] = [
  ['SELECT * FROM users WHERE id = $1', 'SELECT * FROM users WHERE id = ANY($1)'],
  [
    'SELECT id, title FROM notes WHERE user_id = $1 ORDER BY id DESC;',
    'SELECT id, title, user_id FROM notes WHERE user_id = ANY($1) ORDER BY id DESC;',
  ],
  [
    'SELECT u.* FROM users u JOIN notes n ON n.user_id = u.id WHERE n.id = $1',
    'SELECT u.*, n.id AS batch_key FROM users u JOIN notes n ON n.user_id = u.id WHERE n.id = ANY($1)',
  ],
  [
    'SELECT name FROM users WHERE uid = $1::uuid AND team IS NULL',
    'SELECT name, uid FROM users WHERE uid = ANY($1::uuid[]) AND team IS NULL',
  ],
  ['SELECT a FROM t WHERE a=$1', 'SELECT a FROM t WHERE a=ANY($1)'],
  ['SELECT a FROM t WHERE a = %s', 'SELECT a FROM t WHERE a = ANY($1)'],
  [
    'INSERT INTO t (a, b, c) VALUES (%s, %s, %s)',
    'INSERT INTO t (a, b, c) SELECT batch.v1, batch.v2, batch.v3 FROM unnest(ARRAY(SELECT a FROM t LIMIT 0) || $1, ARRAY(SELECT b FROM t LIMIT 0) || $2, ARRAY(SELECT c FROM t LIMIT 0) || $3) AS batch(v1, v2, v3)',
  ],
  [
    'INSERT INTO t (a, b) VALUES (%(x)s, %(x)s)',
    'INSERT INTO t (a, b) SELECT batch.v1, batch.v1 FROM unnest(ARRAY(SELECT a FROM t LIMIT 0) || $1) AS batch(v1)',
  ],
  ['SELECT a FROM t WHERE a IN ($1)', 'SELECT a FROM t WHERE a = ANY($1)'],
  [
    'SELECT id FROM users WHERE lower(email) = $1',
    'SELECT id, lower(email) AS batch_key FROM users WHERE lower(email) = ANY($1)',
  ],
  ["SELECT * FROM users WHERE name = 'ann'", 'SELECT * FROM users WHERE name = ANY($1)'],
  ['UPDATE t SET seen = true WHERE a = $1', 'UPDATE t SET seen = true WHERE a = ANY($1)'],
  ['DELETE FROM t WHERE a = $1 RETURNING b', 'DELETE FROM t WHERE a = ANY($1) RETURNING b, a'],
  [
    'SELECT title FROM notes WHERE user_id = $1 ORDER BY id LIMIT $2',
    'SELECT batch.batch_nr, found.* FROM unnest(ARRAY(SELECT user_id FROM notes LIMIT 0) || $1, $2::bigint[]) WITH ORDINALITY AS batch(v1, v2, batch_nr) CROSS JOIN LATERAL (SELECT row_number() OVER () AS batch_row, ordered.* FROM (SELECT title FROM notes WHERE user_id = batch.v1 ORDER BY id LIMIT batch.v2) AS ordered) AS found ORDER BY batch.batch_nr, found.batch_row',
  ],
  [
    'SELECT count(*) FROM notes n WHERE n.user_id = $1::int',
    'SELECT batch.batch_nr, found.* FROM unnest($1::int[]) WITH ORDINALITY AS batch(v1, batch_nr) CROSS JOIN LATERAL (SELECT count(*) FROM notes n WHERE n.user_id = batch.v1::int) AS found',
  ],
  [
    'SELECT EXISTS (SELECT 1 FROM notes WHERE user_id = :user)',
    'SELECT batch.batch_nr, found.* FROM unnest(ARRAY(SELECT user_id FROM notes LIMIT 0) || $1) WITH ORDINALITY AS batch(v1, batch_nr) CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM notes WHERE user_id = batch.v1)) AS found',
  ],
  [
    'INSERT INTO notes (id, user_id, made) VALUES (DEFAULT, $1, now()) RETURNING id',
    'INSERT INTO notes (user_id, made) SELECT batch.v1, now() FROM unnest(ARRAY(SELECT user_id FROM notes LIMIT 0) || $1) AS batch(v1) RETURNING id',
  ],
  [
    'INSERT INTO t (a, b) VALUES ($1::uuid, $2) ON CONFLICT (a) DO UPDATE SET b = $2',
    'INSERT INTO t (a, b) SELECT batch.v1, batch.v2 FROM unnest($1::uuid[], ARRAY(SELECT b FROM t LIMIT 0) || $2) AS batch(v1, v2) ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b',
  ],
  [
    'UPDATE t SET b = $1, n = n + $2 WHERE a = $3 RETURNING *',
    'UPDATE t SET b = batch.v1, n = n + batch.v2 FROM unnest(ARRAY(SELECT b FROM t LIMIT 0) || $1, ARRAY(SELECT n FROM t LIMIT 0) || $2, ARRAY(SELECT a FROM t LIMIT 0) || $3) WITH ORDINALITY AS batch(v1, v2, v3, batch_nr) WHERE a = batch.v3 RETURNING t.*, batch.batch_nr',
  ],
  [
    'DELETE FROM t WHERE a = $1 AND b = $2',
    'DELETE FROM t USING unnest(ARRAY(SELECT a FROM t LIMIT 0) || $1, ARRAY(SELECT b FROM t LIMIT 0) || $2) AS batch(v1, v2) WHERE a = batch.v1 AND b = batch.v2',
  ],
];

test.each(batches)('%s', (loop, batch) => {
  expect(advice(loop)).toMatchObject({ statement: batch, proof: 'proved' });
});

describe('no statement is given where one would not be safe', () => {
  test.each(refusals)('%s: %s', (_why, sql, reason) => {
    expect(advice(sql)).toEqual({ text: reason, statement: null, proof: null });
  });

  test.each(sentences)('%s: %s', (_why, sql, text) => {
    expect(advice(sql)).toEqual({ text, statement: null, proof: null });
  });

  test('for a statement known to be cut off', () => {
    const { shape, exportText } = readStatement('SELECT * FROM t WHERE a = $1', 'postgresql');
    expect(batchAdvice({ shape, exportText, tags: null, isCut: true })).toMatchObject({
      text: reasons.cut,
      statement: null,
    });
  });

  test('when the tables are written between the repeats, which the caller knows', () => {
    const statement = readStatement('SELECT * FROM t WHERE a = $1', 'postgresql');
    expect(batchAdvice(statement, { writesBetween: true }).text).toBe(reasons.writesBetween);
    expect(batchAdvice(statement).statement).toBe('SELECT * FROM t WHERE a = ANY($1)');
  });

  test('and each reason is one sentence', () => {
    for (const reason of Object.values(reasons)) {
      const text = typeof reason === 'string' ? reason : reason('f');
      expect(text).toMatch(/^[A-Z][^.;]+\.$/);
    }
  });
});

describe('for MySQL and SQLite there is the plain form, unproved', () => {
  const plain: readonly [Dialect, string, string][] = [
    [
      'mysql',
      'SELECT `b` FROM `t` WHERE `a` = ?',
      'SELECT `b`, `a` FROM `t` WHERE `a` IN (?, ?, ?)',
    ],
    ['mysql', 'DELETE FROM t WHERE a=?', 'DELETE FROM t WHERE a IN (?, ?, ?)'],
    ['mysql', 'UPDATE t SET b = true WHERE a = ?', 'UPDATE t SET b = true WHERE a IN (?, ?, ?)'],
    [
      'mysql',
      'INSERT INTO t (a, b, c) VALUES (?, ?, now())',
      'INSERT INTO t (a, b, c) VALUES (?, ?, now()), (?, ?, now()), (?, ?, now())',
    ],
    ['sqlite', 'SELECT * FROM t WHERE a = :id', 'SELECT * FROM t WHERE a IN (?, ?, ?)'],
    ['sqlite', 'SELECT * FROM t WHERE a IN (?)', 'SELECT * FROM t WHERE a IN (?, ?, ?)'],
  ];

  test.each(plain)('%s: %s', (dialect, loop, batch) => {
    const { text, statement, proof } = advice(loop, dialect);
    expect({ statement, proof }).toEqual({ statement: batch, proof: 'unproved' });
    expect(text).toContain('unproved: compare both before you ship');
  });

  test.each<[Dialect, string]>([
    ['mysql', 'SELECT * FROM t WHERE a = ? LIMIT 1'],
    ['mysql', 'UPDATE t SET b = ? WHERE a = ?'],
    ['mysql', 'SELECT * FROM t WHERE a = ? LOCK IN SHARE MODE'],
    ['mysql', 'INSERT INTO t (a) VALUES (uuid())'],
    ['mysql', 'INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = ?'],
    ['sqlite', 'SELECT random() FROM t WHERE a = ?'],
    ['mssql', 'SELECT * FROM t WHERE a = @p1'],
    ['standard', 'SELECT * FROM t WHERE a = :1'],
    ['other', 'SELECT * FROM t WHERE a = ?'],
  ])('and else a sentence: %s: %s', (dialect, sql) => {
    expect(advice(sql, dialect)).toMatchObject({ statement: null, proof: null });
  });
});

describe('the text says', () => {
  test.each([
    ['SELECT * FROM t WHERE a = $1', /^Collect the keys first .* \$1 is the array of keys\.$/],
    ['SELECT * FROM t WHERE a = $1 ORDER BY b LIMIT $2', /and its rows keep their order/],
    ["SELECT * FROM t WHERE a = $1 AND b = 'x'", /so does each value in the text \(\$2\)/],
    ['INSERT INTO t (a) VALUES ($1)', /^Insert all rows .* one bad row fails them all\.$/],
    ['INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING', /Give each conflicting key once\.$/],
    ['INSERT INTO t (a) VALUES ($1) RETURNING id', /Do not rely on the order of the returned rows/],
    ['UPDATE t SET b = $1 WHERE a = $2', /^Update all rows in one statement, each key once/],
    ['UPDATE t SET b = $1 WHERE a = $2 RETURNING a', /no promised order; batch_nr is the turn/],
    ['UPDATE t SET b = true WHERE a = $1', /^Update all keys/],
    ['DELETE FROM t WHERE a = $1', /^Delete all keys/],
    ['DELETE FROM t WHERE a = $1 AND b = $2', /^Delete all rows/],
    ['MERGE INTO t USING u ON t.a = $1 WHEN MATCHED THEN DO NOTHING', /^Collect the keys first/],
  ])('for %s: %s', (sql, text) => {
    expect(advice(sql).text).toMatch(text);
  });
});

test('no text makes it throw, takes long or shows a value', () => {
  const words =
    "SELECT DELETE INSERT INTO UPDATE SET FROM WHERE VALUES WITH x AS MATERIALIZED UNION JOIN ON a t u . , ( ) [ ] = < > $1 $2 :n ? 'x' 7 * :: int ; AND OR NOT IN BETWEEN LIKE IS DISTINCT EXISTS CASE WHEN THEN END ORDER BY GROUP HAVING LIMIT OFFSET count sum lower coalesce CAST RETURNING CONFLICT DO EXCLUDED DEFAULT ANY".split(
      ' ',
    );
  const starts = [
    'SELECT',
    'SELECT * FROM t WHERE',
    'UPDATE t SET',
    'DELETE FROM t WHERE',
    'INSERT INTO t (a) VALUES (',
  ];
  forSeeds(10_000, (random) => {
    const length = Math.floor(random() * 16);
    const sql = Array.from({ length }, () => oneOf(random, words)).join(' ');
    const dialect = oneOf(random, ['postgresql', 'mysql', 'sqlite', 'other'] as const);
    const { text, statement, proof } = advice(`${oneOf(random, starts)} ${sql}`, dialect);
    const isSound = text !== '' && (statement === null) === (proof === null);
    if (!isSound || statement?.includes("'x'") === true) throw new Error(`${sql}\n${statement}`);
  });
});
