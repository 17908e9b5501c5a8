const longestPattern = 2000;

/** The rule of `isPattern` in words. */
export const patternRule = `a text of 1 to ${longestPattern} characters`;

/** A text that can be a pattern: not empty, not endless. */
export function isPattern(given: unknown): boolean {
  return typeof given === 'string' && given !== '' && given.length <= longestPattern;
}

/** Whether `text` is `pattern`, in which `*` stands for any text, also none. Linear: no way back. */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0]!;
  if (parts.length === 1) return text === pattern;
  const last = parts.at(-1)!;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

/** `a=1&b=2;a=3` as `[{a: '1', b: '2'}, {a: '3'}]`; undefined when a field has no name or value. */
export function parseEntries(text: string): Record<string, string>[] | undefined {
  const entries: Record<string, string>[] = [];
  for (const entry of text.split(';')) {
    if (entry.trim() === '') continue;
    const fields: Record<string, string> = {};
    for (const field of entry.split('&')) {
      const equals = field.indexOf('=');
      const name = field.slice(0, equals).trim();
      const value = field.slice(equals + 1).trim();
      if (equals < 0 || name === '' || value === '') return undefined;
      fields[name] = value;
    }
    entries.push(fields);
  }
  return entries;
}
