/**
 * An error message that is safe to export: the sentence stays, the data goes. Replaced by `?` are
 * everything from the first quote to the last one (of any kind, so that nesting cannot leak; where
 * a quote never closes, everything behind the first), parentheses that list values, what ORMs
 * print behind "params:", what follows words such as "password", URLs behind their scheme, and
 * words that hold an @ or look like numbers. Names in quotes go too: a lost name is a smaller harm
 * than a leaked value. Of a very long message the first 10,000 characters are kept. Never throws; linear in
 * the length of `message`.
 */
export function redactMessage(message: string): string {
  const isLong = message.length > mostMessageCharacters;
  const text = isLong ? `${message.slice(0, mostMessageCharacters)} …` : message;
  const list = valueList.exec(text);
  const sentence = list === null ? text : text.slice(0, list.index + list[0].length);
  const safe = withoutQuoted(sentence)
    .replace(valueParentheses, '$1(?)')
    .replace(secretHeaders, '$1 ?')
    .replace(secretWords, '$1?')
    .replace(urls, '$1?')
    .replace(wordRuns, redactWord);
  return list === null ? safe : `${safe} ?`;
}

/**
 * A stack trace whose messages, its own and those of its causes, are made safe; frames stay.
 * A text without frames is treated as a message. Of a very long one the first 100,000 characters
 * are kept.
 */
export function redactStack(stack: string): string {
  const parts: string[] = [];
  let message: string[] = [];
  for (const line of stack.slice(0, mostStackCharacters).split('\n')) {
    if (!frame.test(line)) {
      message.push(line);
      continue;
    }
    if (message.length > 0) parts.push(redactMessage(message.join('\n')));
    message = [];
    parts.push(line);
  }
  if (message.length > 0) parts.push(redactMessage(message.join('\n')));
  return parts.join('\n');
}

/** A URL without query, fragment and credentials; `?` marks that a query was there. */
export function redactUrl(url: string): string {
  const end = url.search(/[?#]/);
  const bare = end < 0 ? url : url.slice(0, end);
  const safe = bare.replace(/^((?:[a-z][a-z0-9+.-]*:)?\/\/)[^/]*@/i, '$1');
  return url[end] === '?' ? `${safe}?` : safe;
}

/**
 * A setting that is an address, or should be one: as `redactUrl`, and nothing that stands before an
 * `@`, wherever that is, since a password may hold anything.
 */
export function redactAddress(given: string): string {
  const [scheme = ''] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(given) ?? [];
  const at = given.lastIndexOf('@');
  return redactUrl(at < 0 ? given : scheme + given.slice(at + 1));
}

const mostMessageCharacters = 10_000;
const mostStackCharacters = 100_000;

const valueList = /\b(?:params|parameters|values|bindings|arguments|detail)\s*[:=]/i;
/** PostgreSQL's `Key (email)=(…)` and `Failing row contains (…)`, SQL Server's `value is (…)`. */
const valueParentheses = /(=\s?|\bcontains |\bis )\((?:.*\)|.*$)/gs;
const secretWords =
  /(?<![a-z])((?:password|passwd|pwd|secret|token|api[-_]?key)\s?[:=]\s?|bearer )\S+/gi;
/** The rest of the line is theirs. */
const secretHeaders = /(?<![a-z])((?:authorization|cookie)\s?[:=]).+/gi;
const urls = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)\S+/gi;
const wordRuns = /[^\s(),;]+/g;

/** V8's frames end with a place: `(file:1:2)`, `file:1:2`, `(<anonymous>)`, `(index 0)`, `native`. */
const frame = /^\s+at .*(?::\d+|<anonymous>|native|index \d+)\)?\r?$/;

/** From the colon before a digit run or an @ on, a word is data: `user:a@b.c` is `user:?`. */
function redactWord(word: string): string {
  const at = word.search(/@|\d{3}/);
  if (at >= 0) return `${word.slice(0, word.lastIndexOf(':', at) + 1)}?`;
  return word.replace(smallNumbers, '?');
}

/** Digits that are not part of a name such as `utf8`, `x-2` or `2nd`. */
const smallNumbers = /(?<![\w$-])[-+]?\d{1,2}(?:[.]\d{1,2})*(?![\w])/g;

/**
 * Where a kind of quote does not close as often as it opens, or the last one looks like an opening
 * one, all behind the first goes.
 */
function withoutQuoted(text: string): string {
  let first = -1;
  let end = 0;
  const unclosed = new Set<string>();
  quotes.lastIndex = 0;
  for (let found = quotes.exec(text); found !== null; found = quotes.exec(text)) {
    const [quote] = found;
    if (first < 0) first = found.index;
    end = found.index + quote.length;
    const kind = openings[quote] ?? quote;
    if (!unclosed.delete(kind)) unclosed.add(kind);
  }
  if (first < 0) return text;
  const isClosed = unclosed.size === 0 && !/[\p{L}\d]/u.test(text.charAt(end));
  return `${text.slice(0, first)}?${isClosed ? text.slice(end) : ''}`;
}

/**
 * Quotes of all kinds and the tags of PostgreSQL's $tag$. The apostrophe of don't, it's and I'm is
 * none, but that of N's… is: a single letter before a quote marks a kind of SQL string.
 */
const quotes = /["`“”«»‘]|\$\w*\$|(?<!(?:[a-z]{2}|\bI)(?=['’](?:t|s|m|d|ll|re|ve)\b))['’]/gi;
const openings: Readonly<Record<string, string>> = { '”': '“', '»': '«', '’': '‘' };
