import { describe, expect, test } from '@jest/globals';
import { readStatement } from '../../src/sql/statement.ts';
import type { Dialect } from '../../src/sql/scanner.ts';
import { corpusOf } from '../corpus.ts';

interface SqlCase {
  why: string;
  sql: string;
  dialect?: Dialect;
}

const shapeText = (sql: string, dialect: Dialect = 'postgresql'): string =>
  readStatement(sql, dialect).shape.text;

type ShapeCase = SqlCase & { shape: string };
type ExportCase = SqlCase & { text: string };
type SummaryCase = SqlCase & {
  operation: string;
  tables: string[];
  summary: string;
  kind?: string;
};

const all = corpusOf<ShapeCase | ExportCase | SummaryCase | SummaryCase>('sql').map(
  ([, one]) => one,
);
const named = <Case extends SqlCase>(cases: readonly Case[]): [string, Case][] =>
  cases.map((one) => [`${one.why}: ${one.sql.slice(0, 60).replaceAll('\n', ' ')}`, one]);

describe('the shape of a statement', () => {
  const cases = all.filter((one): one is ShapeCase => 'shape' in one);
  test.each(named(cases))('%s', (_name, { sql, dialect, shape }) => {
    expect(shapeText(sql, dialect)).toBe(shape);
  });

  test('of different lists is one, of different arity is not', () => {
    const many = ['(1, 2)', "('a', 'b', 'c')", '($1, $2, $3, $4)'];
    const shapes = many.map((list) => shapeText(`SELECT * FROM t WHERE a IN ${list}`));
    expect(new Set(shapes).size).toBe(1);
    const arities = ['= $1', '= ANY($1)', 'IN ($1)', 'IN ($1, $2)'];
    const apart = arities.map((arity) => shapeText(`SELECT * FROM t WHERE a ${arity}`));
    expect(new Set(apart).size).toBe(4);
  });

  test('does not grow with the rows of an insert', () => {
    const insert = (rows: number): string =>
      `INSERT INTO t (a, b) VALUES ${Array.from({ length: rows }, () => '($1, DEFAULT)').join(', ')}`;
    expect(shapeText(insert(2))).toBe(shapeText(insert(500)));
    expect(shapeText(insert(1))).not.toBe(shapeText(insert(2)));
  });

  test('has the same hash exactly when it has the same text', () => {
    const texts = Array.from({ length: 20_000 }, (_, n) => `SELECT c${n} FROM t`);
    const hashes = new Set(texts.map((sql) => readStatement(sql, 'postgresql').shape.hash));
    expect(hashes.size).toBe(texts.length);
    expect([...hashes].every((hash) => /^[0-9a-f]{16}$/.test(hash))).toBe(true);
  });

  test('says whether a statement holds a value', () => {
    const holds = (sql: string): boolean => readStatement(sql, 'postgresql').shape.hasValues;
    expect(['SELECT a FROM t WHERE b = $1', "SELECT 'x'"].map(holds)).toEqual([true, true]);
    expect(holds('SELECT "1" FROM t -- 5')).toBe(false);
  });
});

describe('the exported text', () => {
  const cases = all.filter((one): one is ExportCase => 'text' in one);
  test.each(named(cases))('%s', (_name, { sql, dialect, text }) => {
    expect(readStatement(sql, dialect ?? 'postgresql').exportText).toBe(text);
  });

  test('of a parameterised statement is the very string that came in', () => {
    const sql = ['SELECT *', 'FROM t', 'WHERE a = $1 AND b = ? AND "C d" = :e ;'].join('\n  ');
    expect(readStatement(sql, 'postgresql').exportText).toBe(sql);
  });
});

describe('operation, tables and summary', () => {
  const cases = all.filter((one): one is SummaryCase => 'summary' in one);
  test.each(named(cases))('%s', (_name, { sql, dialect, ...expected }) => {
    const { operation, tables, summary, kind } = readStatement(sql, dialect ?? 'postgresql').shape;
    expect({ operation, tables, summary, kind }).toEqual({
      operation: expected.operation,
      tables: expected.tables,
      summary: expected.summary,
      kind: expected.kind ?? 'query',
    });
  });

  test('the summary is cut between words and has at most 255 characters', () => {
    const tables = Array.from({ length: 40 }, (_, n) => `table_number_${n}`);
    const { shape } = readStatement(`SELECT * FROM ${tables.join(', ')}`, 'postgresql');
    expect(shape.summary.length).toBeLessThanOrEqual(255);
    expect(shape.summary.split(' ').slice(1)).toEqual(
      tables.slice(0, shape.summary.split(' ').length - 1),
    );
    expect(shape.tables).toEqual(tables);
  });
});

describe('the cost of reading', () => {
  // Each of these would take minutes if a part of the reading were not linear.
  const length = 150_000;
  const long: [string, string][] = [
    ['a list', `SELECT * FROM t WHERE a IN (${'1,'.repeat(500_000)}1)`],
    ['rows', `INSERT INTO t VALUES ${'(1,2),'.repeat(length / 6)}(1,2)`],
    ['unlike rows', `SELECT ${'(1,a),(a,1),'.repeat(length / 12)}1`],
    ['tables', `SELECT * FROM ${Array.from({ length: length / 10 }, (_, n) => `t${n}`).join()}`],
    ['parentheses', '('.repeat(length)],
    ['closing parentheses', ')'.repeat(length)],
    ['nested rows', `${'('.repeat(length / 4)}1${')'.repeat(length / 4)}`],
    ['a string', `SELECT '${'x'.repeat(length)}`],
    ['quotes', "'".repeat(length)],
    ['dollars', '$'.repeat(length)],
    ['dollar tags', Array.from({ length: length / 8 }, (_, n) => `$t${n} `).join('')],
    ['openings of comments', '/*'.repeat(length / 2)],
    ['comments', 'a/**/'.repeat(length / 5)],
    ['signs', '- '.repeat(length / 2)],
    ['dots', 'a.'.repeat(length / 2)],
    ['numbers', '1e'.repeat(length / 2)],
    ['common tables', `WITH ${'a AS (SELECT 1), '.repeat(length / 17)}b AS (SELECT 1) SELECT 1`],
  ];
  test.each(long)('a very long text of %s is read', (_name, sql) => {
    const dialects: Dialect[] = ['postgresql', 'mysql'];
    for (const dialect of dialects) {
      expect(readStatement(sql, dialect).shape.hash).toMatch(/^[0-9a-f]{16}$/);
    }
  });
});
