import type { Dialect } from './dialect.ts';
import { Scanner, TokenKind } from './scanner.ts';

/** What sqlcommenter wrote into a statement's comments: keys and values, URL-decoded. */
export type CommentTags = Readonly<Record<string, string>>;

/**
 * The tags in all block comments of a statement (`key='value',…`), the first of a key counts; null
 * when there are none. At most 64. A value that is no valid URL encoding stays as written.
 *
 * Source: https://google.github.io/sqlcommenter/spec/
 */
export function commentTagsOf(text: string, dialect: Dialect): CommentTags | null {
  const tags = new Map<string, string>();
  const scanner = new Scanner(text, dialect, true);
  while (scanner.next() !== TokenKind.end) {
    const isBlock = text.startsWith('/*', scanner.start);
    if (scanner.kind === TokenKind.comment && isBlock) {
      readTags(text.slice(scanner.start + 2, scanner.end), tags);
    }
  }
  return tags.size === 0 ? null : Object.fromEntries(tags);
}

/** `a='b',c='d'`; a quote inside a value has a backslash before it. */
function readTags(comment: string, tags: Map<string, string>): void {
  let at = 0;
  while (tags.size < maxTags) {
    const equals = comment.indexOf("='", at);
    if (equals < 0) return;
    const end = endOfValue(comment, equals + 2);
    if (end < 0) return;
    const comma = comment.lastIndexOf(',', equals);
    const key = decoded(comment.slice(Math.max(at, comma + 1), equals).trim());
    if (key !== '' && !tags.has(key)) {
      tags.set(key, decoded(comment.slice(equals + 2, end).replaceAll("\\'", "'")));
    }
    at = end + 1;
  }
}

function endOfValue(comment: string, from: number): number {
  for (let at = from; at < comment.length; at++) {
    const letter = comment.charAt(at);
    if (letter === '\\') at++;
    else if (letter === "'") return at;
  }
  return -1;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const maxTags = 64;
