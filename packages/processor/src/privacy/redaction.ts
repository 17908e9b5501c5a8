import {
  databaseSystem,
  isName,
  dialectOf,
  queryLanguageOf,
  names,
  readStatement,
  redactMessage,
  redactStack,
} from '@spandrel/engine';
import type { Statements } from '@spandrel/engine';
import type { EndedSpan } from '../sdk.ts';
import { Treatments } from './leaving.ts';
import type { Treatment } from './leaving.ts';
import { safeDocument } from './safe-document.ts';
import { safeGraphql } from './safe-graphql.ts';
import { SafeResources } from './safe-resource.ts';
import { safeConnection, safePath, safeQuery, safeUrl } from './safe-url.ts';
import type { UrlPolicy } from './safe-url.ts';

type Writable = Record<string, unknown>;

export interface PrivacyOptions {
  readonly redactPaths: boolean;
  readonly allowedQueryParameters: readonly string[];
  readonly openAttributes: readonly string[];
}

/**
 * Makes spans safe to leave the process, as the table of `leaving.ts` says: literals and comments of
 * statements, keys of caches, query strings, tokens in paths, parameter values and data in error
 * messages go, wherever an instrumentation puts them: attributes, name, events, links, status, resource.
 */
export class Privacy {
  readonly statements: Statements;
  readonly treatments: Treatments;
  readonly urls: UrlPolicy;
  readonly #resources: SafeResources;

  constructor(options: PrivacyOptions, statements: Statements) {
    this.statements = statements;
    this.treatments = new Treatments(options.openAttributes);
    this.urls = {
      redactPaths: options.redactPaths,
      allowedQueryParameters: new Set(options.allowedQueryParameters),
    };
    this.#resources = new SafeResources(this.treatments);
  }

  /** In place. Runs once per span on its way out. Text that holds no data stays the very string it was. */
  redact(span: EndedSpan): void {
    const attributes = span.attributes as Writable;
    const redaction = new Redaction(attributes, this);
    redaction.rewrite(attributes);
    if (redaction.concerns(span.name)) span.name = redaction.safeName(span);
    const { status, events, links } = span;
    if (status.message !== undefined) status.message = redaction.status(status.message);
    for (const { name, attributes: more } of events) {
      // Our own are made of shapes and advice, which hold no data.
      if (more !== undefined && name !== names.EVENT_FINDING) redaction.rewrite(more as Writable);
    }
    const resource = this.#resources.of(span.resource);
    if (resource !== span.resource) (span as { resource: unknown }).resource = resource;
    if (links === undefined) return;
    for (const { attributes: more } of links) {
      if (more !== undefined) redaction.rewrite(more as Writable);
    }
  }

  /** The name a span will leave with; nothing is changed. For verdicts, which may be named after it. */
  safeNameOf(span: EndedSpan): string {
    const copy = { ...(span.attributes as Writable) };
    const redaction = new Redaction(copy, this);
    redaction.rewrite(copy);
    return redaction.concerns(span.name) ? redaction.safeName(span) : span.name;
  }
}

/** One span's redaction: what its statement was tells how to clean what repeats parts of it. */
class Redaction {
  readonly #privacy: Privacy;
  readonly #system: string | undefined;
  #raw: string | undefined;
  #safe = '';
  #operation: { readonly raw: string; readonly safe: string } | undefined;
  #hasUrl = false;
  #hasStatement = false;

  constructor(attributes: Writable, privacy: Privacy) {
    this.#privacy = privacy;
    this.#system = databaseSystem(attributes);
  }

  /**
   * Whether a span's name may hold data: a statement, an operation or a URL did, or it has a beginning
   * of a statement whose literals its instrumentation had taken out of the text.
   */
  concerns(name: string): boolean {
    if (this.#raw !== undefined || this.#operation !== undefined || this.#hasUrl) return true;
    return this.#hasStatement && literalSigns.test(name);
  }

  rewrite(attributes: Writable): void {
    const { treatments } = this.#privacy;
    for (const name in attributes) {
      const treatment = treatments.of(name);
      if (treatment === 'as it is') continue;
      if (treatment === 'drop' || treatment === 'never') delete attributes[name];
      else this.#rewriteValue(attributes, name, treatment);
    }
  }

  #rewriteValue(attributes: Writable, name: string, treatment: Treatment): void {
    const value = attributes[name];
    if (typeof value === 'string') {
      const safe = this.#safeValue(value, treatment);
      if (safe === '' && treatment === 'query') delete attributes[name];
      else if (safe !== value) attributes[name] = safe;
    } else if (Array.isArray(value)) {
      attributes[name] = value
        .slice(0, mostItems)
        .map((item: unknown) =>
          typeof item === 'string' ? this.#safeValue(item, treatment) : item,
        );
    }
  }

  #safeValue(value: string, treatment: Treatment): string {
    const { urls } = this.#privacy;
    switch (treatment) {
      case 'statement':
        return this.#statement(value);
      case 'url':
        return this.#url(value, safeUrl(value, urls));
      case 'path':
        return this.#url(value, safePath(value, urls));
      case 'query':
        return this.#url(value, safeQuery(value, urls));
      case 'connection':
        return safeConnection(value);
      case 'graphql':
        return safeGraphql(value);
      case 'stack':
        return redactStack(this.#withoutStatement(value));
      case 'type':
        return isOneWord(value) ? value : this.#message(value);
      case 'word':
        return this.#word(value);
      default:
        return this.#message(value);
    }
  }

  #statement(text: string): string {
    this.#hasStatement = true;
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
    return this.#privacy.statements.get(text, dialectOf(system)).exportText;
  }

  #url(raw: string, safe: string): string {
    if (safe !== raw) this.#hasUrl = true;
    return safe;
  }

  #word(raw: string): string {
    const safe = safeWord(raw);
    if (safe !== raw) this.#operation = { raw, safe };
    return safe;
  }

  status(message: string): string {
    const isOpen = this.#privacy.treatments.of('otel.status_description') === 'as it is';
    return isOpen ? message : this.#message(message);
  }

  #message(message: string): string {
    return redactMessage(this.#withoutStatement(message));
  }

  /** Errors like to repeat the whole statement, comments and all. */
  #withoutStatement(text: string): string {
    if (this.#raw === undefined) return text;
    return text.slice(0, mostMessageCharacters).replaceAll(this.#raw, () => this.#safe);
  }

  safeName({ name, attributes, instrumentationScope }: EndedSpan): string {
    const named = this.#hasUrl ? this.#nameWithoutUrls(name, attributes) : name;
    const operation = this.#operation;
    const safe =
      operation === undefined ? named : named.replaceAll(operation.raw, () => operation.safe);
    if (queryLanguageOf(this.#system ?? '') === 'document') return safe;
    if (this.#raw === undefined && !(this.#hasStatement && literalSigns.test(safe))) return safe;
    if (instrumentationScope.name === pgScope) return this.#pgName(attributes);
    return readStatement(safe.slice(0, mostNameCharacters), dialectOf(this.#system ?? ''))
      .exportText;
  }

  /** Routes are the programmer's, whatever they look like. */
  #nameWithoutUrls(name: string, attributes: Readonly<Writable>): string {
    return String(name)
      .slice(0, mostNameCharacters)
      .replace(words, (word) => {
        if (!/[?/]/.test(word)) return word;
        const isRoute = routeNames.some((route) => attributes[route] === word);
        return isRoute ? word : safeUrl(word, this.#privacy.urls);
      });
  }

  /**
   * instrumentation-pg names its span after everything up to the statement's first space, so a
   * comment or `SELECT'secret'` ends up in the name. A prepared statement is named by its own name.
   */
  #pgName(attributes: Readonly<Writable>): string {
    const plan = attributes['db.postgresql.plan'];
    const first = /\w{1,40}/.exec(this.#safe)?.[0].toUpperCase();
    const operation = typeof plan === 'string' && plan !== '' ? plan : first;
    const database = attributes['db.namespace'] ?? attributes['db.name'];
    const name = operation === undefined ? 'pg.query' : `pg.query:${operation}`;
    return typeof database === 'string' && database !== '' ? `${name} ${database}` : name;
  }
}

/** With which literals and comments begin. */
const literalSigns = /['"`$#]|--|\/\*/;
const pgScope = '@opentelemetry/instrumentation-pg';
/** Names are read by people. */
const mostNameCharacters = 2000;
const mostMessageCharacters = 100_000;
/** Of an attribute that is a list. */
const mostItems = 1000;
const words = /\S+/g;
const routeNames = ['http.route', 'next.route', 'url.template'];

/** Keys are data: of `get user:1` only the command stays, if it is one. */
function safeCommand(text: string): string {
  const command = /^\s*([a-z][\w.]{0,39})(?=\s|$)/i.exec(text.slice(0, 1000))?.[1] ?? '';
  if (command === text && isName(command)) return text;
  return isName(command) ? `${command} ?`.trimStart() : '?';
}

/** A class, a code, a status. */
function isOneWord(text: string): boolean {
  return text.length <= 200 && !/\s/.test(text);
}

/** `SELECT` and `CREATE TABLE`, not `SELECT'…'`, nor a token. */
function safeWord(text: string): string {
  const words = /^[\w.-]+(?: [\w.-]+)*/.exec(text.slice(0, 100))?.[0] ?? '';
  return words !== '' && words.split(' ').every(isName) ? words : 'OTHER';
}
