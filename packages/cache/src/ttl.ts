/** Named lifetimes, in milliseconds. */
export const ttlLevels = Object.freeze({
  short: 60_000,
  medium: 300_000,
  long: 600_000,
  veryLong: 1_800_000,
});

export type TtlLevel = keyof typeof ttlLevels;

/** Milliseconds, a number with a unit (`'250ms'`, `'30s'`, `'5m'`, `'2h'`, `'7d'`), or a level. */
export type Ttl = number | TtlLevel | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** Thirty days. Longer is refused: a tag's time is kept a day longer than any entry can live. */
export const maxTtlMs = 30 * 86_400_000;

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const numberWithUnit = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

export const ttlRule = `1 ms to 30 days, as milliseconds, '30s', '5m', '2h', '7d' or a level (${Object.keys(
  ttlLevels,
).join(', ')})`;

/**
 * Milliseconds of a lifetime.
 *
 * Throws a RangeError for anything else. That includes 0, negative numbers, NaN and Infinity,
 * which Keyv itself would all take as "never expires".
 */
export function ttlToMs(ttl: Ttl): number {
  const ms = typeof ttl === 'string' ? textToMs(ttl) : ttl;
  if (typeof ms === 'number' && ms >= 1 && ms <= maxTtlMs) return ms;
  throw new RangeError(`ttl must be ${ttlRule}, got ${shown(ttl)}`);
}

function textToMs(text: string): number | undefined {
  if (Object.hasOwn(ttlLevels, text)) return ttlLevels[text as TtlLevel];
  const parts = numberWithUnit.exec(text);
  if (parts === null) return undefined;
  return Number(parts[1]) * unitMs[parts[2] as keyof typeof unitMs];
}

function shown(ttl: unknown): string {
  return typeof ttl === 'string' ? `'${ttl}'` : String(ttl);
}
