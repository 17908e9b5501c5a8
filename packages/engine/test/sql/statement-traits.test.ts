import { describe, expect, test } from '@jest/globals';
import { literalsOf } from '../../src/sql/literals.ts';
import type { Dialect } from '../../src/sql/scanner.ts';
import { readStatement } from '../../src/sql/statement.ts';
import { corpusOf } from '../corpus.ts';

interface SqlCase {
  why: string;
  sql: string;
  dialect?: Dialect;
}
type TraitCase = SqlCase & {
  reads: string[];
  writes: string[];
  locks?: boolean;
  pages?: boolean;
  isVolatile?: boolean;
};
type CutCase = SqlCase & { isCut: boolean };
type TagCase = SqlCase & { tags: Record<string, string> | null };
type LiteralCase = SqlCase & { literals: string[] };

const all = corpusOf<SqlCase>('sql').map(([, one]) => one);
const having = <Case extends SqlCase>(key: string): [string, Case][] =>
  all.filter((one) => key in one).map((one) => [one.why, one as Case]);
const read = ({ sql, dialect }: SqlCase) => readStatement(sql, dialect ?? 'postgresql');

describe('what a statement does', () => {
  test.each(having<TraitCase>('reads'))('%s', (_name, one) => {
    const { reads, writes, locks, pages, isVolatile } = read(one).shape;
    expect({ reads, writes, locks, pages, isVolatile }).toEqual({
      reads: one.reads,
      writes: one.writes,
      locks: one.locks ?? false,
      pages: one.pages ?? false,
      isVolatile: one.isVolatile ?? false,
    });
  });
});

describe('a text that was cut off', () => {
  test.each(having<CutCase>('isCut'))('%s', (_name, one) => {
    expect(read(one).isCut).toBe(one.isCut);
  });
});

describe('the tags in comments', () => {
  test.each(having<TagCase>('tags'))('%s', (_name, one) => {
    expect(read(one).tags).toEqual(one.tags);
  });
});

describe('the literals', () => {
  test.each(having<LiteralCase>('literals'))('%s', (_name, one) => {
    expect(literalsOf(one.sql, one.dialect ?? 'postgresql').all).toEqual(one.literals);
  });
});
