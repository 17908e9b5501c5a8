import { templatedPath } from '@spandrel/engine';

/** How much of a URL may leave. */
export interface UrlPolicy {
  /** False: paths stay as they are. */
  readonly redactPaths: boolean;
  /** Parameters of the query string that stay with their values. */
  readonly allowedQueryParameters: ReadonlySet<string>;
}

/**
 * A URL, absolute or from its path on, without credentials, fragment, data in its path, and those
 * parameters of its query that are not allowed; `?` marks that a query was there.
 */
export function safeUrl(given: string, policy: UrlPolicy): string {
  const url = given.slice(0, mostCharacters);
  const opaque = opaqueUrl.exec(url);
  if (opaque !== null) return `${opaque[0]}?`;
  const end = url.search(/[?#]/);
  const bare = withoutCredentials(end < 0 ? url : url.slice(0, end));
  const safe = policy.redactPaths ? withSafePath(bare) : bare;
  if (end < 0 && given.length > mostCharacters) return `${safe}…`;
  return url[end] === '?' ? `${safe}?${safeQuery(url.slice(end + 1), policy)}` : safe;
}

/** A path without data, and without what belongs to no path. */
export function safePath(path: string, policy: UrlPolicy): string {
  const [bare = ''] = path.slice(0, mostCharacters).split(/[?#]/, 1);
  return policy.redactPaths ? templatedPath(bare) : bare;
}

/** `a=1&b=2` with the allowed parameters only; a question mark in front stays where something does. */
export function safeQuery(query: string, { allowedQueryParameters }: UrlPolicy): string {
  if (allowedQueryParameters.size === 0) return '';
  const isMarked = query.startsWith('?');
  const [pairs = ''] = query.slice(isMarked ? 1 : 0, mostCharacters).split('#', 1);
  const kept = pairs
    .split('&')
    .filter((pair) => allowedQueryParameters.has(pair.split('=', 1)[0]!))
    .join('&');
  return isMarked && kept !== '' ? `?${kept}` : kept;
}

/**
 * `postgres://me:secret@db/shop?ssl=1` as `postgres://db/shop`. Passwords may hold any character, so
 * all in front of the last `@` goes; lists such as `Server=db;Password=…` go altogether.
 */
export function safeConnection(text: string): string {
  const scheme = /^[a-z][a-z0-9+.-]{0,30}:\/\//i.exec(text)?.[0];
  if (scheme === undefined) return text === '' ? '' : '?';
  const [bare = ''] = text.slice(text.lastIndexOf('@') + 1).split(/[?#;]/, 1);
  return bare.startsWith(scheme) ? bare : scheme + bare;
}

/** Longer URLs are cut; servers and browsers refuse them anyway. */
const mostCharacters = 100_000;

const opaqueUrl = /^(?:data|blob|mailto|tel|javascript):/i;

function withoutCredentials(url: string): string {
  return url.replace(/^((?:[a-z][a-z0-9+.-]{0,30}:)?\/\/)[^/]*@/i, '$1');
}

function withSafePath(url: string): string {
  const authority = /^(?:[a-z][a-z0-9+.-]{0,30}:)?\/\//i.exec(url)?.[0].length ?? 0;
  const start = url.indexOf('/', authority);
  return start < 0 ? url : url.slice(0, start) + templatedPath(url.slice(start));
}
