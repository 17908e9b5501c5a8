import { isName } from '@spandrel/engine';

/** Longer documents are cut. */
const mostCharacters = 20_000;

/** Block strings and strings, closed or cut off; comments; words and numbers. */
const parts =
  /"""(?:[^"\\]|\\[^]|"(?!""))*(?:"""|$)|"(?:[^"\\\n]|\\.)*(?:"|$|\n)|#[^\n]*|-?[\w$][\w$.+-]*/g;

/**
 * A GraphQL document with `?` for each value, and without comments: fields and structure stay. Words
 * that are no names go as well, because OpenTelemetry's instrumentation takes the `#` off comments.
 */
export function safeGraphql(document: string): string {
  return document.slice(0, mostCharacters).replace(parts, (part) => {
    if (part.startsWith('#')) return '';
    return part !== '__typename' && (/^[-\d"]/.test(part) || !isName(part)) ? '?' : part;
  });
}
