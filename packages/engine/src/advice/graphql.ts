import type { Statement } from '../sql/statement.ts';
import type { Advice } from '../types.ts';
import { unproved } from './advice.ts';
import { batchedRead } from './batch.ts';

export interface ResolverLoop {
  /** `User` of `User.posts`. */
  readonly typeName: string;
  readonly field: string;
  /** What the resolver asks each time; null when it is not SQL. */
  readonly statement: Statement | null;
}

/**
 * A DataLoader for `Type.field`, made once a request, with the batched statement where there is one.
 * Its rows go to the keys in the keys' order, as DataLoader asks.
 */
export function dataLoaderAdvice({ typeName, field, statement }: ResolverLoop): Advice {
  const name = loaderName(typeName, field);
  const body = statement === null ? null : bodyOf(statement);
  const load =
    body === null
      ? [
          '  const found = await loadMany(keys); // one call for all keys',
          '  return keys.map((key) => found.get(key) ?? null);',
        ]
      : body;
  const snippet = [`const ${name} = new DataLoader(async (keys) => {`, ...load, '});'].join('\n');
  return unproved(
    `Load ${typeName}.${field} through a DataLoader made once a request, and let the resolver return ${name}.load(key)`,
    snippet,
  );
}

/** Null where one key is not all that the statement takes. */
function bodyOf(statement: Statement): string[] | null {
  const read = batchedRead(statement);
  if (read === null) return null;
  const isOfKey =
    read.key === null
      ? 'Number(row.batch_nr) === at + 1'
      : `String(row[${quoted(read.key)}]) === String(key)`;
  const at = read.key === null ? '(_, at)' : '(key)';
  return [
    `  const { rows } = await pool.query(${templated(read.statement)}, [keys]);`,
    `  return keys.map(${at} => rows.filter((row) => ${isOfKey}));`,
  ];
}

/** Names come from foreign code: only letters, digits and _ get into the snippet. */
function loaderName(typeName: string, field: string): string {
  const type = typeName.replaceAll(/\W/g, '');
  const name = field.replaceAll(/\W/g, '');
  const start = type.charAt(0).toLowerCase() + type.slice(1);
  return `${start}${name.charAt(0).toUpperCase()}${name.slice(1)}Loader`.replace(/^(?=\d)/, '_');
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}

function templated(text: string): string {
  return `\`${text.replaceAll(/[`\\]|\$\{/g, '\\$&')}\``;
}
