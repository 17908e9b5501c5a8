import { expect, test } from '@jest/globals';
import { corpusOf } from '../corpus.ts';
import { readStatement } from '../../src/sql/statement.ts';
import type { Dialect } from '../../src/sql/scanner.ts';
import type { QueryShape } from '../../src/sql/statement.ts';
import { forSeeds, oneOf } from '../random.ts';

const dialects: readonly Dialect[] = [
  'postgresql',
  'mysql',
  'sqlite',
  'mssql',
  'standard',
  'other',
];

/** Pieces that have a meaning to the scanner, in an order that mostly has none. */
const pieces = [
  ['select', 'FROM', 'where', 'IN', 'values', 'a', 'B', 'notes', 'E', 'U', 'q', 'as', 'with'],
  ['1', '-1', '.5', '1e-5', '0xF', '12abc', '$1', '$a$', '$$', '$', '?', ':a', '@b', '::int'],
  ["'x'", "E'x\\'y'", "'", '"', '"a b"', '`', '`a`', '[', ']', '[a]', "U&'x'", "B'1'"],
  ['(', ')', ',', ';', '.', '..', '...', '::', ':', '=', '-', '+', '*', '/', '&', '|', '#', '@'],
  ['--', '-- x\n', '/*', '*/', '/* x */', ' ', '\n', '\t', '\u00a0', '\ufeff', '\\', '\0'],
  ['%s', '%(a)s', '%', '%%', '%(', ')s', 's', ':1', ':', '[1:2]', ':1.5'],
  ['é', 'İ', '…', '’', '\ud83d', '😀', '(1, 2)', '(1), (2)', '?, ...', 'f(1), f(2)'],
].flat();

const textAndHash = ({ text, hash }: QueryShape) => ({ text, hash });

function randomText(random: () => number): string {
  const length = 1 + Math.floor(random() * 25);
  const space = random() < 0.5 ? ' ' : '';
  return Array.from({ length }, () => oneOf(random, pieces)).join(space);
}

test('reading any text never throws, and shape and exported text are their own', () => {
  forSeeds(20_000, (random) => {
    const sql = randomText(random);
    const dialect = oneOf(random, dialects);
    const { shape, exportText } = readStatement(sql, dialect);
    const again = readStatement(shape.text, dialect).shape;
    expect({ sql, dialect, ...textAndHash(again) }).toEqual({
      sql,
      dialect,
      ...textAndHash(shape),
    });
    const exported = readStatement(exportText, dialect);
    expect({ sql, dialect, text: exported.exportText }).toEqual({ sql, dialect, text: exportText });
    expect({ sql, dialect, text: exported.shape.text }).toEqual({ sql, dialect, text: shape.text });
  });
});

test('statements that differ in values, comments, case and white space only have one shape', () => {
  const value = (random: () => number): string =>
    oneOf(random, ["'it''s'", '42', '-7.5', '$3', '?', "E'a\\'b'", '$x$ y $x$', 'NULL', 'true']);
  const gap = (random: () => number): string =>
    oneOf(random, [' ', '\n', '  ', ' /* a */ ', ' -- b\n', '/**/']);
  const word = (random: () => number, text: string): string =>
    random() < 0.5 ? text.toUpperCase() : text.toLowerCase();
  forSeeds(2000, (random) => {
    const list = Array.from({ length: 2 + Math.floor(random() * 5) }, () => value(random));
    const sql = [
      ...['select', 'a', 'from', 'notes', 'where', 'b', '='].map((text) => word(random, text)),
      value(random),
      word(random, 'and'),
      'c',
      word(random, 'in'),
      `(${list.join(oneOf(random, [',', ' , ']))})`,
    ].join(gap(random));
    expect(readStatement(sql, 'postgresql').shape.text).toBe(
      'select a from notes where b = ? and c in (?, ...)',
    );
  });
});

const secret = 'hunter';

/** A secret in every place where a statement may carry data, closed or cut off. */
function hidingPlaces(dialect: Dialect): ((random: () => number) => string)[] {
  const twist = (random: () => number): string =>
    oneOf(random, ['', ' ', '--', '/*', '*/', '$1', '"', ';', '\n', '()', '$$', '?', 'é', "''"]);
  const around = (random: () => number): string => `${twist(random)}${secret}${twist(random)}`;
  const noQuote = (random: () => number): string => around(random).replaceAll('"', '');
  const oneLine = (random: () => number): string => around(random).replaceAll('\n', '');
  const inComment = (random: () => number): string =>
    around(random).replaceAll('/*', '').replaceAll('*/', '');
  const shared = [
    (random: () => number) => `'${around(random)}'`,
    (random: () => number) => `N'${around(random)}'`,
    (random: () => number) => `X'${around(random)}'`,
    (random: () => number) => `/*${inComment(random)}*/ 1`,
    (random: () => number) => `1 --${oneLine(random)}\n`,
    () => `1${secret}`,
    () => `0x${secret}`,
  ];
  const oracle = [() => `q'[it's ${secret}]'`, () => `nq'!'${secret}!'`];
  if (dialect === 'mysql' || dialect === 'other') {
    return [
      ...shared,
      ...(dialect === 'other' ? oracle : []),
      (random) => `"${noQuote(random)}"`,
      (random) => `"\\"${noQuote(random)}"`,
      (random) => `'\\'${around(random)}'`,
      (random) => `"""${noQuote(random)}"`,
      (random) => `1 #${oneLine(random)}\n`,
    ];
  }
  if (dialect === 'standard') return [...shared, ...oracle];
  if (dialect !== 'postgresql') return shared;
  return [
    ...shared,
    (random) => `E'\\'${around(random)}'`,
    (random) => `e'\\\\\\'${around(random)}'`,
    (random) => `E'x'\n'\\'${around(random)}'`,
    (random) => `U&'${around(random)}'`,
    (random) => `$$'${around(random).replaceAll('$$', '')}$$`,
    (random) => `$t1$'$$${around(random)}$t1$`,
    (random) => `/* /* */ ${inComment(random)} */ 1`,
  ];
}

/** The last thing in a text that was cut off. */
const unclosed: readonly string[] = [`'${secret}`, `/* ${secret}`, `-- ${secret}`, `"${secret}`];

test('what stands in literals and comments of any kind is in no exported text and no shape', () => {
  forSeeds(20_000, (random) => {
    const dialect = oneOf(random, dialects);
    const places = hidingPlaces(dialect);
    const hidden = (): string => oneOf(random, places)(random);
    const tail = random() < 0.3 ? ` AND d = ${oneOf(random, unclosed)}` : '';
    const sql = oneOf(random, [
      `SELECT a, ${hidden()} FROM t WHERE b = ${hidden()} AND c IN (${hidden()}, ${hidden()})${tail}`,
      `INSERT INTO t (a, b) VALUES (${hidden()}, ${hidden()}), (${hidden()}, $2)${tail}`,
      `UPDATE t SET a = a + ${hidden()}, b=${hidden()} WHERE c LIKE ${hidden()}${tail}`,
      `${hidden()}${tail}`,
    ]);
    const { shape, exportText } = readStatement(sql, dialect);
    const kept = [exportText, shape.text, shape.summary, ...shape.tables].join('\n');
    expect({ sql, dialect, leaks: kept.includes(secret) }).toEqual({ sql, dialect, leaks: false });
  });
});

test('in a dialect, hashes are equal exactly when the texts of the shapes are', () => {
  const statements = corpusOf<{ sql: string }>('sql').map(([, { sql }]) => sql);
  const hashes = new Map<string, string>();
  const texts = new Map<string, string>();
  const check = (sql: string, dialect: Dialect): void => {
    const { text, hash } = readStatement(sql, dialect).shape;
    const knownHash = hashes.get(dialect + text) ?? hash;
    const knownText = texts.get(dialect + hash) ?? text;
    expect({ sql, dialect, hash, text }).toEqual({
      sql,
      dialect,
      hash: knownHash,
      text: knownText,
    });
    hashes.set(dialect + text, hash);
    texts.set(dialect + hash, text);
  };
  for (const sql of statements) for (const dialect of dialects) check(sql, dialect);
  forSeeds(20_000, (random) => check(randomText(random), oneOf(random, dialects)));
});
