import type { Attributes } from '../types.ts';

/** A call to a store that speaks no SQL, or an ORM's span without its statement, in few words. */
export interface DocumentCall {
  /** `find posts {"author":?}`: values removed, lists of them shortened, white space folded. */
  readonly text: string;
  /** As the store calls it: `find`, `insert`, `GetItem`. */
  readonly operation: string;
  readonly collection: string;
  readonly isWrite: boolean;
  /** False only when the request is known and holds no value. */
  readonly hasValues: boolean;
}

const longestRequest = 4096;

/**
 * The call that a span's operation, collection and request (`requestText`, JSON mostly) describe;
 * undefined when operation or collection is unknown: connects and the like. A request over 4,096
 * characters counts by its beginning.
 */
export function documentCallOf(
  attributes: Attributes,
  requestText: string | undefined,
): DocumentCall | undefined {
  const operation = textOf(attributes, 'db.operation.name') ?? textOf(attributes, 'db.operation');
  const collection = collectionOf(attributes);
  if (operation === undefined || collection === undefined) return undefined;
  const request = requestText === undefined ? '' : withoutValues(requestText);
  return {
    text: `${operation} ${collection} ${request}`.trimEnd(),
    operation,
    collection,
    isWrite: writes.test(operation),
    hasValues: requestText === undefined || request.includes('?'),
  };
}

const writes =
  /insert|update|delete|remove|replace|write|put|save|create|index|findandmodify|findoneand/i;

function collectionOf(attributes: Attributes): string | undefined {
  return (
    textOf(attributes, 'db.collection.name') ??
    textOf(attributes, 'db.mongodb.collection') ??
    textOf(attributes, 'db.sql.table') ??
    textOf(attributes, 'db.cassandra.table') ??
    textOf(attributes, 'db.cosmosdb.container') ??
    textOf(attributes, 'db.elasticsearch.path_parts.index') ??
    firstOf(attributes['aws.dynamodb.table_names'])
  );
}

function firstOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}

function textOf(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `{"a": "x", "b": [1, 2]}` as `{"a":?,"b":[?]}`; what stands before a colon is a key and stays. */
function withoutValues(request: string): string {
  let out = '';
  let at = 0;
  const end = Math.min(request.length, longestRequest);
  while (at < end) {
    const character = request.charAt(at);
    if (character === '"' || character === "'") {
      const close = endOfString(request, at, end);
      if (isKey(request, close, end)) out += request.slice(at, close);
      else out = withValue(out);
      at = close;
    } else if (punctuation.includes(character)) {
      out += character;
      at++;
    } else if (character <= ' ') {
      at++;
    } else {
      const close = endOfWord(request, at, end);
      if (isKey(request, close, end)) out += request.slice(at, close);
      else out = withValue(out);
      at = close;
    }
  }
  return out;
}

const punctuation = '{}[]():,';

/** Of a list of values the first stays. */
function withValue(out: string): string {
  return out.endsWith('?,') ? out.slice(0, -1) : `${out}?`;
}

function endOfString(text: string, from: number, end: number): number {
  const quote = text.charAt(from);
  for (let at = from + 1; at < end; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if (character === quote) return at + 1;
  }
  return end;
}

function endOfWord(text: string, from: number, end: number): number {
  let at = from + 1;
  for (; at < end; at++) {
    const character = text.charAt(at);
    if (character <= ' ' || punctuation.includes(character) || character === '"') break;
  }
  return at;
}

function isKey(text: string, from: number, end: number): boolean {
  let at = from;
  while (at < end && text.charAt(at) <= ' ') at++;
  return text.charAt(at) === ':';
}
