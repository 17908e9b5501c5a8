import type { HttpCall } from './http.ts';

/** True for an answer that is not ready yet (202): whoever needs it asks again. */
export function isUnfinished({ status }: HttpCall): boolean {
  return status === 202;
}

/** True for calls of one path whose queries differ, and only in names that choose a page. */
export function arePages(calls: readonly HttpCall[]): boolean {
  const [first] = calls;
  if (
    first === undefined ||
    !first.query ||
    !calls.every(({ sentPath }) => sentPath === first.sentPath)
  ) {
    return false;
  }
  const rests = new Set(calls.map(({ queryWithoutPage }) => queryWithoutPage));
  return rests.size === 1 && new Set(calls.map(({ query }) => query)).size > 1;
}

/** True when every call is known to ask for the same: a read of one URL with no hidden part. */
export function areSameUrl(calls: readonly HttpCall[]): boolean {
  const { method, sentPath, query } = calls[0]!;
  if ((method !== 'GET' && method !== 'HEAD') || query === '') return false;
  return calls.every((call) => call.sentPath === sentPath && call.query === query);
}

/** Operations that GraphQL sends to one URL stand in the body, which no span holds. */
export function isGraphql({ method, path }: HttpCall): boolean {
  return method === 'POST' && /\bgraphql\b/i.test(path);
}

/** A call's template with names as keys, and those names. */
export interface SlugTemplate {
  readonly template: string;
  readonly slugs: readonly string[];
}

/**
 * `GET api.example/users/:slug/posts` for `/users/alice/posts`: what stands right behind a word in
 * plural is read as a key. Undefined where nothing does.
 */
export function slugTemplateOf({
  method,
  host,
  template,
  path,
}: HttpCall): SlugTemplate | undefined {
  const segments = template.slice(`${method} ${host}`.length).split('/');
  // What is replaced there is no name, and may be hidden: who reads the span elsewhere agrees.
  const given = path.split('/').map((name, at) => (segments[at] === ':param' ? ':param' : name));
  const slugs: string[] = [];
  for (let at = 1; at < segments.length; at++) {
    const name = given[at] ?? '';
    // A name such as `thomas` leads to no collection.
    if (name === '' || segments[at - 1] === ':slug' || !isPlural(given[at - 1]!)) continue;
    segments[at] = ':slug';
    slugs.push(name);
  }
  return slugs.length === 0
    ? undefined
    : { template: `${method} ${host}${segments.join('/')}`, slugs };
}

/** `users`, `order-items`, `people`; not `status`, `address`, `analysis`. English only. */
export function isPlural(word: string): boolean {
  return /^[a-z][a-z_-]+[^isu]s$/i.test(word) || /^(?:people|children)$/i.test(word);
}
