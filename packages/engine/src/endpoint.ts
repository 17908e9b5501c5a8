import { ATTR_ENDPOINT } from './names.ts';
import { templatedPath } from './path.ts';
import { SpanKind } from './types.ts';
import type { Attributes, Span } from './types.ts';

/**
 * The low-cardinality name of a local root: what it was named in its own process, else its route with its method, else the route that one of
 * its children knows (a framework's handler), else its path with what is
 * no name as `:param`, else `METHOD *`. Roots that are no HTTP request use the span's own name.
 *
 * Of a longer one the first 300 characters: names are kept, and a client chooses its path.
 *
 * `children` are the root's descendants in any order, and are read only when the root has no route.
 */
export function endpointOf(root: Span, children: Iterable<Span>): string {
  const name = wholeNameOf(root, children);
  return name.length <= mostCharacters ? name : `${copyOf(name.slice(0, mostCharacters - 1))}…`;
}

const mostCharacters = 300;

/** V8 keeps the whole of a text alive for a piece of it; put together anew, it does not. */
function copyOf(piece: string): string {
  return Array.from(piece).join('');
}

function wholeNameOf(root: Span, children: Iterable<Span>): string {
  const { attributes } = root;
  const judged = text(attributes, ATTR_ENDPOINT);
  if (judged !== undefined) return judged;
  const method = text(attributes, 'http.request.method') ?? text(attributes, 'http.method');
  if (method === undefined || root.kind === SpanKind.client) return root.name;
  const route =
    text(attributes, 'http.route') ?? text(attributes, 'next.route') ?? routeOfChild(children);
  if (route !== undefined) return `${method} ${route}`;
  const path = pathOf(attributes);
  return path === undefined ? `${method} *` : `${method} ${templatedPath(path)}`;
}

/** Frameworks write prefixes on outer spans and the whole route on inner ones: the longest is it. */
function routeOfChild(children: Iterable<Span>): string | undefined {
  let longest: string | undefined;
  for (const child of children) {
    if (child.kind === SpanKind.client) continue;
    const route = text(child.attributes, 'http.route');
    if (route !== undefined && route.length > (longest?.length ?? 0)) longest = route;
  }
  return longest;
}

function pathOf(attributes: Attributes): string | undefined {
  const path = text(attributes, 'url.path') ?? text(attributes, 'http.target');
  return path?.split('?', 1)[0];
}

function text(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
