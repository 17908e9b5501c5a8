/** More values than that, or characters of them, are not kept and count as not known. */
const mostValues = 100;
const mostCharacters = 2000;
/** Arrays in arrays, as databases have them; deeper ones, cycles among them, count as not known. */
const mostDepth = 8;
/** Beyond it, writing a number out takes longer than anything else here: 2^128. */
const largestInteger = 2n ** 128n;

/**
 * Values one after another as one text, each with its length, so that different lists never give the
 * same text; null when they are not known well enough to be compared: too many, too long, or other
 * than text, number, boolean, null, date, bytes and arrays of those.
 *
 * Databases are sent text, so the number 1 and the text '1' are the same.
 */
export function valuesText(values: readonly unknown[], depth = 0): string | null {
  const count = values.length;
  if (count > mostValues || depth > mostDepth) return null;
  let text = '';
  // By their places: an iterator may be the application's, and have no end.
  for (let i = 0; i < count; i++) {
    const item = itemOf(values[i], depth);
    if (item === null || text.length + item.length > mostCharacters) return null;
    text += item;
  }
  return text;
}

export function textItem(text: string): string {
  return `${text.length}:${text}`;
}

function itemOf(value: unknown, depth: number): string | null {
  switch (typeof value) {
    case 'string':
      return value.length > mostCharacters ? null : textItem(value);
    case 'bigint':
      return value > largestInteger || value < -largestInteger ? null : textItem(String(value));
    case 'number':
    case 'boolean':
      return textItem(String(value));
    case 'undefined':
      return 'null;';
    case 'object':
      return value === null ? 'null;' : objectItem(value, depth);
    default:
      return null;
  }
}

function objectItem(value: object, depth: number): string | null {
  if (value instanceof Date) return `date ${value.getTime()};`;
  if (value instanceof Uint8Array) {
    return value.length > mostCharacters ? null : `bytes ${textItem(latin1(value))}`;
  }
  if (!Array.isArray(value)) return null;
  const items = valuesText(value as unknown[], depth + 1);
  return items === null ? null : `[${items}]`;
}

function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}
