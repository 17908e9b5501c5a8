import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { dialectOf } from '../../src/sql/dialect.ts';
import { literalsOf } from '../../src/sql/literals.ts';
import { readStatement } from '../../src/sql/statement.ts';
import { commandsOf, defaultOutput, dialects, foldedNames, foldedTokens } from './go-sqllexer.ts';
import type { LexerCase } from './go-sqllexer.ts';

const folder = join(__dirname, '..', '..', 'corpus', 'sql', 'outside');
const read = <Content>(file: string): Content =>
  JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8'));

interface Disagreements {
  /** By aspect, then case, the reason. */
  readonly lexer: Record<'tokens' | 'tables' | 'commands', Record<string, string>>;
  readonly fingerprint: {
    readonly merged: readonly { shape: string; why: string }[];
    readonly split: readonly { shapes: string[]; why: string }[];
  };
}
const disagreements = read<Disagreements>('disagreements');

interface SemanticCase {
  name: string;
  input: { 'db.system.name': string; query: string };
  expected: { 'db.query.text': string[]; 'db.query.summary': string };
}

describe("OpenTelemetry's cases", () => {
  const cases = read<SemanticCase[]>('semconv-db-sql-test-cases');
  test.each(cases.map((one): [string, SemanticCase] => [one.name, one]))('%s', (_, one) => {
    const { exportText, shape } = readStatement(
      one.input.query,
      dialectOf(one.input['db.system.name']),
    );
    expect(one.expected['db.query.text']).toContain(exportText);
    expect(shape.summary).toBe(one.expected['db.query.summary']);
  });
});

describe("go-sqllexer's cases", () => {
  const { cases } = read<{ cases: LexerCase[] }>('go-sqllexer-testdata');
  const commands = new Set(
    cases.flatMap((one) => defaultOutput(one).statement_metadata?.commands ?? []),
  );

  /** What differs between our reading and the stated one. */
  function differencesOf(one: LexerCase): ('tokens' | 'tables' | 'commands')[] {
    const dialect = dialects[one.dbms]!;
    const { expected, statement_metadata: stated } = defaultOutput(one);
    const { text, tables } = readStatement(one.input, dialect).shape;
    const isSame = {
      tokens: foldedTokens(text, dialect) === foldedTokens(expected, dialect),
      tables: stated === undefined || foldedNames(tables) === foldedNames(stated.tables ?? []),
      commands:
        stated === undefined ||
        commandsOf(text, dialect, commands) === (stated.commands ?? []).join(' '),
    };
    return (['tokens', 'tables', 'commands'] as const).filter((aspect) => !isSame[aspect]);
  }

  test('no literal survives, in no dialect', () => {
    for (const { id, dbms, input } of cases) {
      const dialect = dialects[dbms]!;
      const { exportText, shape } = readStatement(input, dialect);
      const left = [...literalsOf(exportText, dialect).all, ...literalsOf(shape.text, dialect).all];
      // `IS NULL` is an operator; constants stay beside parameters, see the export text.
      const data = left.filter((literal) => !/^(?:null|true|false)$/i.test(literal));
      expect({ id, data }).toEqual({ id, data: [] });
    }
  });

  test('the disagreements are the listed ones', () => {
    const found = { tokens: [] as string[], tables: [] as string[], commands: [] as string[] };
    for (const one of cases) for (const aspect of differencesOf(one)) found[aspect].push(one.id);
    const { tokens, tables, commands: others } = disagreements.lexer;
    expect(found).toEqual({
      tokens: Object.keys(tokens),
      tables: Object.keys(tables),
      commands: Object.keys(others),
    });
  });

  test.each(['postgresql', 'mysql'])('at least 97 %% of the comparisons agree in %s', (dbms) => {
    const own = cases.filter((one) => one.dbms === dbms);
    const stated = own.filter((one) => defaultOutput(one).statement_metadata !== undefined);
    const differences = own.flatMap(differencesOf).length;
    expect(1 - differences / (own.length + 2 * stated.length)).toBeGreaterThanOrEqual(0.97);
  });
});

describe("libpg_query's fingerprints", () => {
  const { cases } = read<{ cases: { input: string; expectedHash: string }[] }>(
    'libpg_query-fingerprint',
  );
  const shapes = cases.map(({ input }) => readStatement(input, 'postgresql').shape.text);
  const groupsOf = (keys: readonly string[], values: readonly string[]): string[][] => {
    const groups = new Map<string, Set<string>>();
    keys.forEach((key, at) => {
      if (!groups.has(key)) groups.set(key, new Set());
      groups.get(key)!.add(values[at]!);
    });
    return [...groups.values()].filter(({ size }) => size > 1).map((group) => [...group]);
  };
  const hashes = cases.map(({ expectedHash }) => expectedHash);

  test('no two of different fingerprint have one shape, but for the listed', () => {
    const merged = groupsOf(shapes, hashes);
    expect(merged).toHaveLength(disagreements.fingerprint.merged.length);
  });

  test('those of one fingerprint have one shape, but for the listed', () => {
    const listed = disagreements.fingerprint.split.map(({ shapes: group }) => group);
    expect(groupsOf(hashes, shapes)).toEqual(listed);
  });
});

test("libpg_query's normalized statements have the shape of the statements", () => {
  const { cases } = read<{ cases: { input: string; expected: string }[] }>('libpg_query-normalize');
  for (const { input, expected } of cases) {
    expect(readStatement(expected, 'postgresql').shape.text).toBe(
      readStatement(input, 'postgresql').shape.text,
    );
  }
});
