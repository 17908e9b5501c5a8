import {
  databaseSystem,
  names,
  pathSentTo,
  queryLanguageOf,
  queryStringOf,
  statementOf,
  statementText,
  storeKeyOf,
  templatedPath,
} from '@spandrel/engine';
import type { QueryShape, Statement, Statements } from '@spandrel/engine';
import type { EndedSpan } from '../sdk.ts';
import { inlineValuesOf } from './inline-values.ts';
import type { InlineValues } from './inline-values.ts';
import { KeyedHash, keyOf, randomKey } from './keyed-hash.ts';
import { forgetParameters, parametersText } from './noted.ts';
import { randomKeyWord } from './random-key-word.ts';
import { textItem } from './value-text.ts';

/** Texts of loops come again and again, and hold few values themselves. */
const mostRemembered = 64;
const mostTextCharacters = 20_000;

/**
 * Writes on queries a keyed hash of their values, parameters and literals alike, whatever their
 * shape: queries with the same hash were asked with the same values. A query whose values are not
 * all known gets none, nor does one without values.
 */
export class ParameterHashes {
  readonly #hash: KeyedHash;
  readonly #statements: Statements;
  /** As long as the statements themselves are remembered. */
  readonly #inline = new WeakMap<Statement, InlineValues>();

  constructor(key: string, statements: Statements) {
    this.#hash = new KeyedHash(key === randomKeyWord ? randomKey() : keyOf(key));
    this.#statements = statements;
  }

  /**
   * On those whose shape is `wanted`, and on those whose values stand in their text, which will not
   * leave as it is; their noted parameters are forgotten.
   */
  write(spans: Iterable<EndedSpan>, wanted: (shape: QueryShape) => boolean): void {
    for (const span of spans) {
      const text = statementText(span.attributes);
      if (text === undefined || text.length > mostTextCharacters) continue;
      const statement = statementOf(span.attributes, this.#statements);
      if (statement?.shape.hasValues !== true) continue;
      const isHidden = statement.exportText !== text;
      if (isHidden || wanted(statement.shape)) this.#writeOn(span, statement);
    }
  }

  /**
   * On an outgoing call whose query string, path, or key in a store, will not leave: what tells it from
   * other calls, and pages of one list from them.
   */
  writeHidden({ attributes: given }: EndedSpan): void {
    const attributes = given as Record<string, unknown>;
    if (
      attributes['http.request.method'] !== undefined ||
      attributes['http.method'] !== undefined
    ) {
      return this.#writeUrl(attributes);
    }
    const read = storeKeyOf(attributes);
    if (read === null || read.key.length > mostTextCharacters) return;
    attributes[names.ATTR_CACHE_KEY_HASH] = this.#pair(read.key, read.pattern);
  }

  #writeUrl(attributes: Record<string, unknown>): void {
    const path = pathSentTo(attributes);
    if (path.length > mostTextCharacters) return;
    if (templatedPath(path) !== path) attributes[names.ATTR_URL_PATH_HASH] = this.#hash.of(path);
    const query = queryStringOf(attributes);
    if (query === null || query.whole.length > mostTextCharacters) return;
    attributes[names.ATTR_URL_QUERY_HASH] = this.#pair(query.whole, query.rest);
  }

  #pair(one: string, other: string): string {
    return `${this.#hash.of(one)}/${this.#hash.of(other)}`;
  }

  #writeOn(span: EndedSpan, statement: Statement): void {
    const values = this.#valuesOf(span, statement);
    forgetParameters(span);
    if (values === null) return;
    const attributes = span.attributes as Record<string, unknown>;
    attributes[names.ATTR_DB_PARAMETERS_HASH] = this.#hash.of(values);
    const unpaged = limited.test(statement.shape.text) ? this.#unpagedOf(span, statement) : null;
    if (unpaged !== null) attributes[names.ATTR_DB_UNPAGED_HASH] = this.#hash.of(unpaged);
  }

  /** Of statements whose values leave with their text. */
  #unpagedOf({ attributes }: EndedSpan, statement: Statement): string | null {
    const text = statementText(attributes);
    if (text === undefined || statement.exportText === text) return null;
    return this.#inlineValuesOf(text, statement)?.besideLimit ?? null;
  }

  /** Parameters, then literals; null when not all are known. */
  #valuesOf(span: EndedSpan, statement: Statement): string | null {
    const text = statementText(span.attributes);
    const parameters = parametersText(span);
    if (text === undefined || parameters === null || statement.isCut) return null;
    if (queryLanguageOf(databaseSystem(span.attributes) ?? '') !== 'sql')
      return valuesOfDocument(text);
    const inline = this.#inlineValuesOf(text, statement);
    if (inline === null || (inline.hasPlaceholders && parameters === undefined)) return null;
    if (!parameters) return inline.text;
    return inline.text === '' ? parameters : `${parameters}|${inline.text}`;
  }

  #inlineValuesOf(text: string, statement: Statement): InlineValues | null {
    const known = this.#inline.get(statement);
    if (known !== undefined) return known;
    const inline = inlineValuesOf(text, statement.shape.dialect);
    const isShort = inline !== null && inline.text.length <= mostRemembered;
    if (isShort) this.#inline.set(statement, inline);
    return inline;
  }
}

const limited = /\b(?:limit|offset)\b/;

/** A request in JSON is its own values, unless its instrumentation has put `?` in their place. */
function valuesOfDocument(text: string): string | null {
  return text.length > mostTextCharacters || text.includes('?') ? null : textItem(text);
}
