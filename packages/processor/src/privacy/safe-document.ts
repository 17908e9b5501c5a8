/** Longer requests are cut. */
const mostCharacters = 100_000;

/** A string (closed or cut off) with the colon that makes it a key, or a number. */
const values = /(["'])(?:(?!\1)[^\\]|\\[^]?)*(?:\1|$)(\s*:)?|-?\d[\w.+-]*/g;

/**
 * A document store's request without its values: keys and structure stay. Text that is no JSON
 * keeps its first word only. Cut-off text loses data rather than leaking it.
 */
export function safeDocument(given: string): string {
  const text = given.slice(0, mostCharacters);
  if (!/^\s*[[{]/.test(text)) {
    const [word = ''] = text.trimStart().split(/[^\w.]/, 1);
    return word === given ? given : `${word} ?`;
  }
  return text.replace(values, (value: string, _quote: unknown, colon: string | undefined) => {
    if (colon !== undefined) return value;
    return value.startsWith('"') ? '"?"' : '?';
  });
}
