/** Longest key, tag or key pattern, in UTF-16 units. Longer ones are bodies, not names: hash them. */
export const maxKeyLength = 1024;

/**
 * The key an entry has in the store: `<cache name>:e:<key>`, each part percent-encoded.
 *
 * Injective: two different pairs of name and key never share a store key, and because no part can
 * hold a `:`, neither can two Keyv namespaces that end up in front of it (`a` + `b::c` and `a::b` + `c`).
 */
export function entryKey(cacheName: string, key: string): string {
  return `${encode(cacheName)}:e:${encode(key)}`;
}

/** The key under which a store keeps the time a tag was last invalidated: `<cache name>:t:<tag>`. */
export function tagKey(cacheName: string, tag: string): string {
  return `${encode(cacheName)}:t:${encode(tag)}`;
}

/** Throws a TypeError or RangeError that names `what` unless `text` is a string of 1 to 1024 units. */
export function checkKey(what: string, text: unknown): asserts text is string {
  if (typeof text !== 'string') {
    throw new TypeError(`${what} must be a string, got ${text === null ? 'null' : typeof text}`);
  }
  if (text.length === 0 || text.length > maxKeyLength) {
    throw new RangeError(`${what} must have 1 to ${maxKeyLength} characters, got ${text.length}`);
  }
}

const needsNothing = /^[\w.-]*$/;
// A surrogate without its other half. encodeURIComponent throws on it, and in UTF-8 all of them
// become the same character.
const loneSurrogate = /(\p{Surrogate})/u;

function encode(text: string): string {
  if (needsNothing.test(text)) return text;
  return text
    .split(loneSurrogate)
    .map((part, index) =>
      // Split with a group puts what it matched at the odd places. `%u` cannot arise otherwise.
      index % 2 === 0 ? encodeURIComponent(part) : `%u${part.charCodeAt(0).toString(16)}`,
    )
    .join('');
}
