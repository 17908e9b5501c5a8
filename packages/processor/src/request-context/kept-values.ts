const mostCharacters = 1000;
const mostEntries = 100;
const mostKeyCharacters = 200;

type Kept = string | number | boolean | (string | number | boolean)[];

/** An attribute as it may be written, cut to size; undefined for what is no attribute. */
export function keptAttribute(key: unknown, value: unknown): Kept | undefined {
  if (typeof key !== 'string' || key === '' || key.length > mostKeyCharacters) return undefined;
  if (!Array.isArray(value)) return keptScalar(value);
  const entries = value.slice(0, mostEntries).map(keptScalar);
  return entries.includes(undefined) ? undefined : (entries as Kept & unknown[]);
}

/** A caller's word for a request; null when it is none that a log line could hold. */
export function keptRequestId(header: unknown): string | null {
  return typeof header === 'string' && /^[\w.:/+=@-]{1,128}$/.test(header) ? header : null;
}

function keptScalar(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return keptText(value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/** A cut text is copied: V8 would keep the whole of it alive for the piece. */
function keptText(text: string): string {
  if (text.length <= mostCharacters) return text;
  return Buffer.from(text.slice(0, mostCharacters)).toString();
}
