import {
  databaseSystem,
  dialectOf,
  queryLanguageOf,
  names,
  readStatement,
  redactMessage,
  redactStack,
  redactUrl,
} from '@spandrel/engine';
import type { Statements } from '@spandrel/engine';
import { safeDocument } from './safe-document.ts';
import { sensitiveIn } from './sensitive-names.ts';
import type { Sensitive } from './sensitive-names.ts';
import type { EndedSpan } from './sdk.ts';

type Writable = Record<string, unknown>;

/**
 * Makes a span safe to leave the process, in place: literals and comments of statements, keys of
 * caches, query strings, parameter values, and data in error messages, wherever an instrumentation
 * puts them: attributes, name, events, links, status. Runs once per span on its way out. Text that
 * holds no data stays the very string it was.
 */
export function redactSpan(span: EndedSpan, statements: Statements): void {
  const attributes = span.attributes as Writable;
  const redaction = new Redaction(attributes, statements);
  redaction.rewrite(attributes);
  if (redaction.hasChanged) span.name = redaction.safeName(span);
  const { status, events, links } = span;
  if (status.message !== undefined) status.message = redaction.message(status.message);
  for (const { name, attributes: more } of events) {
    // Our own are made of shapes and advice, which hold no data.
    if (more !== undefined && name !== names.EVENT_FINDING) redaction.rewrite(more as Writable);
  }
  if (links === undefined) return;
  for (const { attributes: more } of links) {
    if (more !== undefined) redaction.rewrite(more as Writable);
  }
}

/** The name a span will leave with; nothing is changed. For verdicts, which may be named after it. */
export function safeNameOf(span: EndedSpan, statements: Statements): string {
  const copy = { ...(span.attributes as Writable) };
  const redaction = new Redaction(copy, statements);
  redaction.rewrite(copy);
  return redaction.hasChanged ? redaction.safeName(span) : span.name;
}

/** One span's redaction: what its statement was tells how to clean what repeats parts of it. */
class Redaction {
  readonly #statements: Statements;
  readonly #system: string | undefined;
  #raw: string | undefined;
  #safe = '';
  #hasUrl = false;

  constructor(attributes: Writable, statements: Statements) {
    this.#statements = statements;
    this.#system = databaseSystem(attributes);
  }

  /** True when a statement or a URL held data, which then may be in the span's name as well. */
  get hasChanged(): boolean {
    return this.#raw !== undefined || this.#hasUrl;
  }

  rewrite(attributes: Writable): void {
    for (const name in attributes) {
      const kind = sensitiveIn(name);
      if (kind === null) continue;
      if (kind === 'secret') delete attributes[name];
      else this.#rewriteValue(attributes, name, kind);
    }
  }

  #rewriteValue(attributes: Writable, name: string, kind: Sensitive): void {
    const value = attributes[name];
    if (typeof value === 'string') {
      const safe = this.#safeValue(value, kind);
      if (safe !== value) attributes[name] = safe;
    } else if (Array.isArray(value)) {
      attributes[name] = value.map((item) =>
        typeof item === 'string' ? this.#safeValue(item, kind) : item,
      );
    }
  }

  #safeValue(value: string, kind: Sensitive): string {
    switch (kind) {
      case 'statement':
        return this.#statement(value);
      case 'url':
        return this.#url(value);
      case 'stack':
        return redactStack(this.#withoutStatement(value));
      default:
        return this.message(value);
    }
  }

  #statement(text: string): string {
    const safe = this.#safeStatement(text);
    if (safe !== text) {
      this.#raw = text;
      this.#safe = safe;
    }
    return safe;
  }

  #safeStatement(text: string): string {
    const system = this.#system ?? '';
    const language = queryLanguageOf(system);
    if (language === 'command') return safeCommand(text);
    if (language === 'document') return safeDocument(text);
    return this.#statements.get(text, dialectOf(system)).exportText;
  }

  #url(url: string): string {
    const safe = redactUrl(url);
    if (safe !== url) this.#hasUrl = true;
    return safe;
  }

  message(message: string): string {
    return redactMessage(this.#withoutStatement(message));
  }

  /** Errors like to repeat the whole statement, comments and all. */
  #withoutStatement(text: string): string {
    return this.#raw === undefined ? text : text.replaceAll(this.#raw, () => this.#safe);
  }

  safeName({ name, attributes, instrumentationScope }: EndedSpan): string {
    let safe = name;
    if (this.#hasUrl) safe = safe.replace(urlWords, redactUrl);
    if (this.#raw === undefined || queryLanguageOf(this.#system ?? '') === 'document') return safe;
    if (instrumentationScope.name === pgScope) return this.#pgName(attributes);
    return readStatement(safe, dialectOf(this.#system ?? '')).exportText;
  }

  /**
   * instrumentation-pg names its span after everything up to the statement's first space, so a
   * comment or `SELECT'secret'` ends up in the name. A prepared statement is named by its own name.
   */
  #pgName(attributes: Readonly<Writable>): string {
    const plan = attributes['db.postgresql.plan'];
    const first = /\w+/.exec(this.#safe)?.[0].toUpperCase();
    const operation = typeof plan === 'string' && plan !== '' ? plan : first;
    const database = attributes['db.namespace'] ?? attributes['db.name'];
    const name = operation === undefined ? 'pg.query' : `pg.query:${operation}`;
    return typeof database === 'string' && database !== '' ? `${name} ${database}` : name;
  }
}

const pgScope = '@opentelemetry/instrumentation-pg';
const urlWords = /\S*(?:\?|:\/\/)\S*/g;

/** Keys are data: of `get user:1` only the command stays. */
function safeCommand(text: string): string {
  const [command = ''] = text.trimStart().split(/\s/, 1);
  return command === text ? text : `${command} ?`;
}
