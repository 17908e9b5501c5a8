import { ATTR_DB_PARAMETERS_HASH, ATTR_DB_UNPAGED_HASH } from './names.ts';
import { literalsOf } from './sql/literals.ts';
import { dialectOf } from './sql/dialect.ts';
import type { Statement } from './sql/statement.ts';
import { readablePart } from './sql/statements.ts';
import type { Statements } from './sql/statements.ts';
import type { Attributes, Span } from './types.ts';

/** One leaf call to a database: a statement that moves data, with the span that carried it. */
export interface Query {
  readonly span: Span;
  readonly statement: Statement;
}

/** `db.system.name`, else the older `db.system`; undefined when the span is no database call. */
export function databaseSystem(attributes: Attributes): string | undefined {
  const system = attributes['db.system.name'] ?? attributes['db.system'];
  return typeof system === 'string' ? system : undefined;
}

/** `db.query.text`, else the older `db.statement`; of a very long one the part that is read. */
export function statementText(attributes: Attributes): string | undefined {
  const text = attributes['db.query.text'] ?? attributes['db.statement'];
  return typeof text === 'string' ? readablePart(text) : undefined;
}

/**
 * What the span asks of its database: an SQL statement, or for other stores the operation and
 * collection with the structure of the request. Undefined for connects, pool waits, other calls, and
 * for key-value stores, whose commands are `CacheRead`s.
 */
export function statementOf(attributes: Attributes, statements: Statements): Statement | undefined {
  const text = statementText(attributes);
  const system = databaseSystem(attributes);
  if (text === undefined && system === undefined) return undefined;
  const language = queryLanguageOf(system ?? 'other');
  if (language === 'sql' && text !== undefined)
    return statements.get(text, dialectOf(system ?? ''));
  return language === 'command' ? undefined : statements.documents.get(attributes, text);
}

/**
 * What tells whether two queries of one shape asked the same: equal texts, same parameters. Empty
 * when the statement holds no value at all; null when the parameters are not known, which never
 * counts as the same.
 */
export function parametersOf(query: Query): string | null {
  const written = writtenParametersOf(query);
  if (written !== null) return written;
  const { span, statement } = query;
  const text = statementText(span.attributes);
  const stated = statedParameters(span.attributes);
  if (text === undefined || stated === null || statement.shape.dialect === 'none') return null;
  return [...stated, ...literalsOf(text, statement.shape.dialect).all].join('\u0000');
}

/** The same, but for parameters that stand on the span one by one: cheap enough for every query. */
export function writtenParametersOf({ span, statement }: Query): string | null {
  if (!statement.shape.hasValues) return '';
  const hash = span.attributes[ATTR_DB_PARAMETERS_HASH];
  if (typeof hash === 'string' && hash !== '') return hash;
  const text = statementText(span.attributes);
  if (text === undefined) return null;
  // Of a store without SQL the request itself, unless its instrumentation has put `?` in it.
  if (statement.shape.dialect === 'none') return text.includes('?') ? null : text;
  return inlineValuesOf(statement, text).all;
}

/**
 * What tells whether two queries of one shape asked the same but for the page: as above, without the
 * values of limits and offsets; null when others are not known.
 */
export function parametersBesideLimitOf({ span, statement }: Query): string | null {
  const hash = span.attributes[ATTR_DB_UNPAGED_HASH];
  if (typeof hash === 'string' && hash !== '') return hash;
  const text = statementText(span.attributes);
  if (text === undefined || statement.isCut || statement.shape.dialect === 'none') return null;
  return inlineValuesOf(statement, text).besideLimit;
}

interface InlineValues {
  /** Null when some are parameters. */
  readonly all: string | null;
  readonly besideLimit: string | null;
}

/** Equal texts share their statement, so that a loop's text is read once. */
const knownValues = new WeakMap<Statement, InlineValues>();

function inlineValuesOf(statement: Statement, text: string): InlineValues {
  let values = knownValues.get(statement);
  if (values === undefined) {
    const { all, besideLimit, hasParameters } = literalsOf(text, statement.shape.dialect);
    values = {
      all: hasParameters ? null : all.join('\u0000'),
      besideLimit: besideLimit?.join('\u0000') ?? null,
    };
    knownValues.set(statement, values);
  }
  return values;
}

/** Parameters that an instrumentation wrote down; null for most, which keep them back. */
function statedParameters(attributes: Attributes): string[] | null {
  const values = attributes['db.postgresql.values'];
  if (Array.isArray(values)) return values.map(String);
  const stated: string[] = [];
  for (const name in attributes) {
    if (name.startsWith('db.query.parameter.')) stated.push(`${name}=${String(attributes[name])}`);
  }
  return stated.length === 0 ? null : stated.sort();
}

/** How a store is asked; what we do not know is taken for SQL. */
export type QueryLanguage = 'sql' | 'command' | 'document' | 'graph';

/** The language of an OpenTelemetry `db.system.name`: in a command keys are data, in a document values. */
export function queryLanguageOf(system: string): QueryLanguage {
  return languages.get(system) ?? 'sql';
}

const languages: ReadonlyMap<string, QueryLanguage> = new Map([
  ['redis', 'command'],
  ['valkey', 'command'],
  ['memcached', 'command'],
  ['mongodb', 'document'],
  ['elasticsearch', 'document'],
  ['opensearch', 'document'],
  ['couchdb', 'document'],
  ['dynamodb', 'document'],
  ['aws.dynamodb', 'document'],
  ['neo4j', 'graph'],
]);
