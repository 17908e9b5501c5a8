/** More values than that, or characters of them, are not kept and count as not known. */
const mostValues = 100;
const mostCharacters = 2000;

/**
 * Values one after another as one text, each with its length, so that different lists never give the
 * same text; null when they are not known well enough to be compared: too many, too long, or other
 * than text, number, boolean, null, date, bytes and arrays of those.
 *
 * Databases are sent text, so the number 1 and the text '1' are the same.
 */
export function valuesText(values: readonly unknown[]): string | null {
  if (values.length > mostValues) return null;
  let text = '';
  for (const value of values) {
    const item = itemOf(value);
    if (item === null || text.length + item.length > mostCharacters) return null;
    text += item;
  }
  return text;
}

export function textItem(text: string): string {
  return `${text.length}:${text}`;
}

function itemOf(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value.length > mostCharacters ? null : textItem(value);
    case 'number':
    case 'bigint':
    case 'boolean':
      return textItem(String(value));
    case 'undefined':
      return 'null;';
    case 'object':
      return value === null ? 'null;' : objectItem(value);
    default:
      return null;
  }
}

function objectItem(value: object): string | null {
  if (value instanceof Date) return `date ${value.getTime()};`;
  if (value instanceof Uint8Array) {
    return value.length > mostCharacters ? null : `bytes ${textItem(latin1(value))}`;
  }
  if (!Array.isArray(value)) return null;
  const items = valuesText(value);
  return items === null ? null : `[${items}]`;
}

function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}
