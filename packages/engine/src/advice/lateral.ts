import { isName, isValue, placesOf, splitByComma, textOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/**
 * A read of one table by the values of its columns, for many rows of values: the statement runs
 * once for each, inside one round trip, so limits, order and aggregates keep their meaning. `$1` is
 * the array of rows as JSON, whose columns take their types from the table; a limit or an offset
 * that was a parameter becomes `$2` and `$3`. Null where a value is no column's, a column has two
 * values, or the statement reads more than the table.
 */
export function lateral(tokens: readonly Token[]): string | null {
  const bare = tokens.at(-1)?.text === ';' ? tokens.slice(0, -1) : tokens;
  if (bare[0]?.word !== 'SELECT' || bare.some(({ word }, at) => at > 0 && refused.has(word)))
    return null;
  if (bare.some(({ text }) => text === ';')) return null;
  const [from] = placesOf(bare, 'FROM');
  const [where] = placesOf(bare, 'WHERE');
  if (from === undefined || where === undefined || where < from) return null;
  const table = tableOf(bare.slice(from + 1, where));
  if (table === null) return null;
  const columns: string[] = [];
  let nextParameter = 2;
  const inner = bare.map((token, at) => {
    if (!isValue(token)) return token;
    const before = bare[at - 1];
    if (before?.word === 'LIMIT' || before?.word === 'OFFSET') {
      return { ...token, text: `$${nextParameter++}` };
    }
    const column = at > where ? comparedColumn(bare, at, where) : null;
    columns.push(column ?? '');
    return { ...token, text: `batch.${column}` };
  });
  const isPlain = !columns.includes('') && new Set(columns).size === columns.length;
  if (columns.length === 0 || !isPlain) return null;
  const keys = columns.map((column) => `batch.${column} AS batch_${unquoted(column)}`).join(', ');
  return `SELECT ${keys}, found.* FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) AS batch CROSS JOIN LATERAL (${textOf(inner)}) AS found`;
}

/** `t`, `schema.t`, either with an alias; null for a join, a list or a function. */
function tableOf(tokens: readonly Token[]): string | null {
  if (
    splitByComma(tokens).length !== 1 ||
    !tokens.every((token) => isName(token) || token.text === '.')
  )
    return null;
  const isQualified = tokens[1]?.text === '.';
  const name = tokens.slice(0, isQualified ? 3 : 1);
  const alias = tokens.slice(name.length).filter(({ word }) => word !== 'AS');
  return alias.length <= 1 ? textOf(name) : null;
}

/** The column that the value at `at` is compared with, in the AND chain of WHERE; else null. */
function comparedColumn(tokens: readonly Token[], at: number, where: number): string | null {
  let operator = at - 1;
  while (operator > where && comparisons.has(tokens[operator]!.text)) operator--;
  const length = at - 1 - operator;
  const name = tokens[operator];
  if (length < 1 || length > 2 || !isName(name) || depthAt(tokens, at) !== 0) return null;
  const before = tokens[operator - 1]?.text === '.' ? operator - 3 : operator - 1;
  const isInChain = tokens[before]?.word === 'WHERE' || tokens[before]?.word === 'AND';
  return isInChain && ends.has(tokens[at + 1]?.word ?? '') ? name!.text : null;
}

function depthAt(tokens: readonly Token[], at: number): number {
  let depth = 0;
  for (const { text } of tokens.slice(0, at)) depth += text === '(' ? 1 : text === ')' ? -1 : 0;
  return depth;
}

function unquoted(name: string): string {
  return name.replace(/\W/g, '');
}

/** One or two characters make an operator: =, <, >, <=, >=, <>. */
const comparisons = new Set(['=', '<', '>']);

/** What may follow a compared value. */
const ends = new Set(['', 'AND', 'ORDER', 'GROUP', 'LIMIT', 'OFFSET']);

const refused = new Set([
  'SELECT',
  'WITH',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'INTO',
  'FOR',
  'OR',
  'NOT',
  'BETWEEN',
  'WINDOW',
  'TABLESAMPLE',
  'FETCH',
]);
