import {
  databaseSystem,
  dialectOf,
  redactMessage,
  redactStack,
  redactUrl,
  statementText,
} from '@spandrel/engine';
import type { Statements } from '@spandrel/engine';
import type { EndedSpan } from './sdk.ts';

type Writable = Record<string, unknown>;

/**
 * Makes a span safe to leave the process, in place: literals and comments of SQL, keys of caches,
 * query strings, parameter values, and data in error messages, wherever an instrumentation puts
 * them: attributes, name, events, status. Runs once per span on its way out; a parameterised
 * statement costs two look-ups. Never throws.
 */
export function redactSpan(span: EndedSpan, statements: Statements): void {
  const attributes = span.attributes as Writable;
  if (span.kind !== 0) {
    const system = databaseSystem(span.attributes);
    if (system === undefined) redactHttp(attributes);
    else redactDatabase(span, attributes, system, statements);
  }
  const { status } = span;
  if (status.message !== undefined) status.message = redactMessage(status.message);
  if (span.events.length > 0) redactEvents(span);
}

function redactHttp(attributes: Writable): void {
  for (const name of ['url.full', 'http.url', 'http.target']) {
    const url = attributes[name];
    if (typeof url === 'string') attributes[name] = redactUrl(url);
  }
  if (attributes['url.query'] !== undefined) delete attributes['url.query'];
}

function redactDatabase(
  span: EndedSpan,
  attributes: Writable,
  system: string,
  statements: Statements,
): void {
  const text = statementText(span.attributes);
  if (text === undefined) return;
  const isSql = !keyValueStores.has(system) && !documentStores.has(system);
  const safe = isSql
    ? statements.get(text, dialectOf(system)).exportText
    : safeCommand(text, system);
  if (safe !== text) writeText(attributes, safe);
  if (isSql) redactSqlName(span, text, safe);
  if (attributes['db.postgresql.values'] !== undefined) delete attributes['db.postgresql.values'];
  if (!writesNoParameters.has(span.instrumentationScope.name)) deleteParameters(attributes);
}

/** Walking all names of a span costs as much as the rest of this file, so it is done where needed. */
const writesNoParameters = new Set(['@opentelemetry/instrumentation-pg']);

function deleteParameters(attributes: Writable): void {
  for (const name in attributes) {
    if (name.startsWith('db.query.parameter.')) delete attributes[name];
  }
}

const keyValueStores = new Set(['redis', 'valkey', 'memcached']);
const documentStores = new Set(['mongodb', 'elasticsearch', 'opensearch', 'couchdb', 'dynamodb']);

/** Keys are data: of `get user:1` only the command stays. Documents lose their quoted values. */
function safeCommand(text: string, system: string): string {
  if (documentStores.has(system))
    return text.replace(/:\s*("(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*)/g, ':"?"');
  const [command = ''] = text.trimStart().split(/\s/, 1);
  return command === text ? text : `${command} ?`;
}

function writeText(attributes: Writable, safe: string): void {
  if (attributes['db.query.text'] !== undefined) attributes['db.query.text'] = safe;
  if (attributes['db.statement'] !== undefined) attributes['db.statement'] = safe;
}

/**
 * instrumentation-pg names its span after everything up to the statement's first space, so a
 * comment or `SELECT'secret'` ends up in the name. When the text was not clean, neither is the name.
 */
function redactSqlName(span: EndedSpan, text: string, safe: string): void {
  if (safe === text) return;
  const operation = /^\s*(\w+)/.exec(safe)?.[1] ?? '';
  const first = /^\s*(\S+)/.exec(text)?.[1] ?? '';
  if (first === operation || first === '') return;
  const name = span.name.replace(first, operation);
  span.name = name === span.name ? redactMessage(name) : name;
}

function redactEvents({ events }: EndedSpan): void {
  for (const { attributes } of events) {
    if (attributes === undefined) continue;
    const writable = attributes as Writable;
    const message = writable['exception.message'];
    const stack = writable['exception.stacktrace'];
    if (typeof message === 'string') writable['exception.message'] = redactMessage(message);
    if (typeof stack === 'string') writable['exception.stacktrace'] = redactStack(stack);
  }
}
