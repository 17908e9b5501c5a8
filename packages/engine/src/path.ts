/** A longer path is cut: nobody reads it, and reading it would hold up the request. */
const mostSegments = 100;
/** A longer segment is data, whatever it is made of. */
const mostSegmentCharacters = 40;

/**
 * `/users/42/notes/5f0c…` as `/users/:param/notes/:param`: a path without its data.
 *
 * A segment stays when it reads like a name: words of letters, joined by `-`, `_`, `.`, `~`, `:` or
 * `$`, written in one case or in camelCase, at most 20 letters without a capital and 40 in all, with at
 * most two digits where names have them (`v1`, `oauth2`, `2fa`, `i18n`). All else is replaced: numbers,
 * UUIDs, hashes, base64, JWTs, e-mail addresses, percent-encoded text. A secret that is a plain word is
 * not recognised, and of base64 tokens of 24 bytes seven in a million are not. Of a path of more than 101 segments the first 100 stay. Applied to its own result it
 * changes nothing.
 */
export function templatedPath(path: string): string {
  const segments = path.split('/', mostSegments + 2);
  let isChanged = segments.length > mostSegments + 1;
  if (isChanged) segments.splice(mostSegments, 2, placeholder);
  for (let i = 0; i < segments.length; i++) {
    if (isName(segments[i]!)) continue;
    segments[i] = placeholder;
    isChanged = true;
  }
  return isChanged ? segments.join('/') : path;
}

const placeholder = ':param';

/** What is longer is looked at more strictly. */
const mostFreeCharacters = 16;

/** True for a text that reads like a name, as `templatedPath` has it, and holds no data. */
export function isName(segment: string): boolean {
  if (segment === '' || segment === placeholder || version.test(segment)) return true;
  if (segment.length > mostSegmentCharacters || hexadecimal.test(segment)) return false;
  if (segment.length > mostFreeCharacters && isMixed(segment)) return false;
  const words = segment.split(joints);
  return words.every(isWord) && digitsIn(segment) <= 2;
}

/** Long names keep to one kind of joint, one at a time, and to words of some length. */
function isMixed(segment: string): boolean {
  if (/[-_]{2}|-.*_|_.*-/.test(segment)) return true;
  return /[a-z]/.test(segment) && 4 * capitalsIn(segment) > segment.length;
}

/** Encoded tokens change their case all the time; names do it for the next word. */
function isWord(word: string): boolean {
  return name.test(word) && (allCapitals.test(word) || 3 * capitalsIn(word) <= word.length + 4);
}

function capitalsIn(text: string): number {
  return countIn(text, 65, 90);
}

function digitsIn(text: string): number {
  return countIn(text, 48, 57);
}

/** Characters of `text` whose codes are from `least` to `most`. */
function countIn(text: string, least: number, most: number): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= least && code <= most) count++;
  }
  return count;
}

const version = /^v\d{1,3}(?:\.\d{1,2}){0,2}$/i;
const hexadecimal = /^[0-9a-f-]{8,}$/i;
const joints = /[-_.~:$]/;
const allCapitals = /^[A-Z\d]*$/;
/** Nothing; a word with digits around it; `i18n`, `k8s`, `e2e`. */
const name =
  /^(?:|\d{0,2}(?:[A-Z]{1,12}|[A-Z]?[a-z]{1,20}(?:[A-Z][a-z]{1,20})*[A-Z]{0,4})\d{0,2}|[a-z]\d{1,2}[a-z]{1,2})$/;
