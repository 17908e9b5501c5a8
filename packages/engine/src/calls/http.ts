import { databaseSystem } from '../database.ts';
import { ATTR_URL_PATH_HASH, ATTR_URL_QUERY_HASH } from '../names.ts';
import { templatedPath } from '../path.ts';
import { SpanKind, StatusCode } from '../types.ts';
import type { Attributes, Span } from '../types.ts';

/** One outgoing HTTP call. */
export interface HttpCall {
  readonly span: Span;
  /** Upper case. */
  readonly method: string;
  /** `host` or `host:port` as far as known; empty when the span does not say. */
  readonly host: string;
  /** Path as far as the span tells, without query string; `/` when unknown. */
  readonly path: string;
  /** Equal for equal paths as they were sent: the path, or a hash of it where it was hidden. */
  readonly sentPath: string;
  /** Equal for equal query strings. Empty when there is one that the span does not tell, null when there is none. */
  readonly query: string | null;
  /** The same without the names that choose a page. */
  readonly queryWithoutPage: string | null;
  /** `GET api.example/users/:param`: method, host and path with what is no name replaced. */
  readonly template: string;
  /** Null when no answer came or none was noted. */
  readonly status: number | null;
  /** True for an error without an answer, and for answers that ask to try again: from 500 on, 408 and 429. */
  readonly hasFailed: boolean;
}

/**
 * The outgoing HTTP call a span stands for; undefined for all other spans, and for batches on their
 * way to a collector, which are telemetry's own. New names and old.
 */
export function httpCallOf(span: Span): HttpCall | undefined {
  const { attributes, kind } = span;
  if (kind !== SpanKind.client) return undefined;
  const method = textOf(attributes, 'http.request.method') ?? textOf(attributes, 'http.method');
  if (method === undefined || databaseSystem(attributes) !== undefined) return undefined;
  const url = parseUrl(textOf(attributes, 'url.full') ?? textOf(attributes, 'http.url') ?? '');
  const host = hostOf(attributes) || withoutUsualPort(url.host);
  const target = targetOf(attributes) ?? url.target;
  const path = pathOf(target);
  if (otlpHost.test(host) && otlpPath.test(path)) return undefined;
  const verb = method.toUpperCase();
  const route = textOf(attributes, 'url.template') ?? templatedPath(path);
  const status = attributes['http.response.status_code'] ?? attributes['http.status_code'];
  const code = typeof status === 'number' ? status : null;
  return {
    span,
    method: verb,
    host,
    path,
    sentPath: textOf(attributes, ATTR_URL_PATH_HASH) ?? path,
    ...queryIdentity(attributes, url.target, target),
    template: `${verb} ${host}${route}`,
    status: code,
    hasFailed: code === null ? span.statusCode === StatusCode.error : asksAgain(code),
  };
}

/** As the process of the call has seen it, else as far as the span tells. */
function queryIdentity(
  attributes: Attributes,
  ...targets: readonly string[]
): Pick<HttpCall, 'query' | 'queryWithoutPage'> {
  const hashes = textOf(attributes, ATTR_URL_QUERY_HASH)?.split('/');
  if (hashes !== undefined) return { query: hashes[0]!, queryWithoutPage: hashes[1] ?? '' };
  const raw = givenQuery(attributes) ?? targets.map(queryOf).find((one) => one !== null);
  if (raw === undefined) return { query: null, queryWithoutPage: null };
  return { query: raw!, queryWithoutPage: withoutPage(raw!) };
}

/**
 * The query string of an outgoing call and what is left of it without the names that choose a page;
 * null for spans without one. For whoever hides it and still wants calls to be told apart.
 */
export function queryStringOf(attributes: Attributes): { whole: string; rest: string } | null {
  const url = textOf(attributes, 'url.full') ?? textOf(attributes, 'http.url');
  const target = textOf(attributes, 'http.target');
  const whole =
    givenQuery(attributes) ??
    (url === undefined ? null : queryOf(url)) ??
    (target === undefined ? null : queryOf(target));
  if (whole === null || whole === '') return null;
  return { whole, rest: withoutPage(whole) };
}

/** The path that a call was sent to, without query string; for whoever hides it. */
export function pathSentTo(attributes: Attributes): string {
  const url = textOf(attributes, 'url.full') ?? textOf(attributes, 'http.url') ?? '';
  return pathOf(targetOf(attributes) ?? parseUrl(url).target);
}

function targetOf(attributes: Attributes): string | undefined {
  return textOf(attributes, 'url.path') ?? textOf(attributes, 'http.target');
}

function pathOf(target: string): string {
  return target.split(/[?#]/, 1)[0] || '/';
}

/** undici's instrumentation writes it with its question mark. */
function givenQuery(attributes: Attributes): string | undefined {
  return textOf(attributes, 'url.query')?.replace(/^\?/, '');
}

/** In a longer one nobody looks for pages. */
const mostQueryCharacters = 20_000;

function withoutPage(query: string): string {
  if (query.length > mostQueryCharacters) return query;
  return query
    .split('&')
    .filter((pair) => !pageName.test(pair.split('=', 1)[0]!))
    .sort()
    .join('&');
}

/** `page`, `page[number]`, `pageToken`, `per_page`, `cursor`, `offset`, `$skip`, `starting_after` and their like. */
const pageName =
  /^(?:\$|%24)?(?:page(?:[[%_-].*|size|number|no|token|index)?|per_?page|limit|offset|skip|top|cursor|(?:starting_?)?after|(?:ending_?)?before|next(?:_?(?:page|token|cursor))?|(?:next_?)?page_?token|marker|continuation(?:_?token)?|start_?(?:at|after)|scroll_?id)$/i;

function asksAgain(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** OTLP over HTTP has a port of its own. */
const otlpHost = /:4318$/;
const otlpPath = /^\/v1\/(?:traces|metrics|logs)$/;

function hostOf(attributes: Attributes): string {
  const address = textOf(attributes, 'server.address') ?? textOf(attributes, 'net.peer.name');
  if (address === undefined) return '';
  const port = attributes['server.port'] ?? attributes['net.peer.port'];
  const isUsual = port === undefined || port === 80 || port === 443;
  return isUsual ? address : `${address}:${String(port)}`;
}

function withoutUsualPort(host: string): string {
  return host.replace(/:(?:80|443)$/, '');
}

/** Host and the rest of an absolute URL, read without the URL class, which throws and costs much more. */
function parseUrl(url: string): { host: string; target: string } {
  const start = url.indexOf('://');
  if (start < 0) return { host: '', target: url };
  const length = url.slice(start + 3).search(/[/?#]/);
  const end = length < 0 ? url.length : start + 3 + length;
  const authority = url.slice(start + 3, end);
  const rest = url.slice(end);
  return {
    host: authority.slice(authority.lastIndexOf('@') + 1),
    target: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

function queryOf(target: string): string | null {
  const start = target.indexOf('?');
  return start < 0 ? null : target.slice(start + 1).split('#', 1)[0]!;
}

/** Nobody serves longer URLs; reading them would hold up the request. */
const mostUrlCharacters = 100_000;

function textOf(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name];
  if (typeof value !== 'string' || value === '') return undefined;
  return value.length > mostUrlCharacters ? value.slice(0, mostUrlCharacters) : value;
}
