import { hash64 } from '../hash.ts';
import type { QueryShape } from '../sql/query-shape.ts';
import type { Statement } from '../sql/statement.ts';
import type { Attributes } from '../types.ts';
import { documentCallOf } from './document.ts';
import type { DocumentCall } from './document.ts';

/**
 * Shapes of calls that are no SQL statements, one object for equal ones while they are remembered.
 * Beyond `maxShapes` they start afresh.
 */
export class DocumentShapes {
  readonly #maxShapes: number;
  #known = new Map<string, Statement>();

  constructor(maxShapes: number) {
    this.#maxShapes = maxShapes;
  }

  /** The call's shape as a statement; undefined when the span names no operation on a collection. */
  get(attributes: Attributes, requestText: string | undefined): Statement | undefined {
    const call = documentCallOf(attributes, requestText);
    if (call === undefined) return undefined;
    const known = this.#known.get(call.text);
    if (known !== undefined) return known;
    if (this.#known.size >= this.#maxShapes) this.#known = new Map();
    const statement = statementOf(call);
    this.#known.set(call.text, statement);
    return statement;
  }
}

function statementOf(call: DocumentCall): Statement {
  const { text } = call;
  return { shape: shapeOf(call), exportText: text, tags: null, isCut: false };
}

function shapeOf({ text, operation, collection, isWrite, hasValues }: DocumentCall): QueryShape {
  return {
    hash: hash64(text),
    text,
    kind: 'query',
    operation: operation.toUpperCase(),
    tables: [collection],
    reads: isWrite ? [] : [collection],
    writes: isWrite ? [collection] : [],
    locks: false,
    pages: /^getmore/i.test(operation),
    isVolatile: false,
    summary: `${operation} ${collection}`,
    dialect: 'none',
    hasValues,
  };
}
