import { dialectOf } from './sql/scanner.ts';
import type { Statement } from './sql/statement.ts';
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

/** `db.query.text`, else the older `db.statement`. */
export function statementText(attributes: Attributes): string | undefined {
  const text = attributes['db.query.text'] ?? attributes['db.statement'];
  return typeof text === 'string' ? text : undefined;
}

/**
 * The span's SQL statement, or undefined when it carries none: connects, pool waits, other calls,
 * and stores that speak no SQL, whose keys and documents are data and not names.
 */
export function statementOf(attributes: Attributes, statements: Statements): Statement | undefined {
  const text = statementText(attributes);
  if (text === undefined) return undefined;
  const system = databaseSystem(attributes) ?? 'other';
  return queryLanguageOf(system) === 'sql' ? statements.get(text, dialectOf(system)) : undefined;
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
