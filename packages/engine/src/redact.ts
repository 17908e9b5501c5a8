/**
 * An error message that is safe to export: the sentence stays, the data goes. Replaced by `?` are
 * everything from the first quote to the last one (of any kind, so that nesting and quotes that
 * never close cannot leak), what stands in `=(…)`, what ORMs print behind "params:", and words
 * that hold an @ or look like numbers. Names in quotes go too: a lost name is a smaller harm than
 * a leaked value. Never throws; linear in the length of `message`.
 */
export function redactMessage(message: string): string {
  const list = valueList.exec(message);
  const sentence = list === null ? message : `${message.slice(0, list.index + list[0].length)} ?`;
  return withoutQuoted(sentence).replace(keyValues, '=(?)').replace(dataWords, '?');
}

/**
 * A stack trace with its first lines, which repeat the message, made safe; frames stay.
 * A text without frames is treated as a message.
 */
export function redactStack(stack: string): string {
  const frames = stack.search(/\n\s+at /);
  if (frames < 0) return redactMessage(stack);
  return redactMessage(stack.slice(0, frames)) + stack.slice(frames);
}

/** A URL without query, fragment and credentials; `?` marks that a query was there. */
export function redactUrl(url: string): string {
  const end = url.search(/[?#]/);
  const bare = end < 0 ? url : `${url.slice(0, end)}?`;
  return bare.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}

const valueList = /\b(?:params|parameters|values|bindings|arguments|detail)\s*[:=]/i;
const keyValues = /=\([^)]*\)?/g;
const dataWords = /[^\s(),;:]*(?:@|\d{3,})[^\s(),;]*|(?<![\w-])[-+]?\d[\d.,]*(?!\w)/g;

function withoutQuoted(text: string): string {
  const first = firstQuote(text);
  if (first < 0) return text;
  const last = Math.max(
    ...['"', "'", '`', '$', '”', '’', '»'].map((quote) => text.lastIndexOf(quote)),
  );
  return last > first
    ? `${text.slice(0, first)}?${text.slice(last + 1)}`
    : `${text.slice(0, first)}?`;
}

/** The first quote that is no apostrophe (don't, it's, we'll). */
function firstQuote(text: string): number {
  const quotes = /["`“«]|\$\w*\$|(?<![a-z](?=['’](?:t|s|m|d|ll|re|ve)\b))['’‘]/gi;
  return text.search(quotes);
}
