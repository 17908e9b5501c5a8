/** What the store keeps for a key: the value and all that decides whether it may still be used. */
export interface Envelope {
  /** Raised when the shape changes, so that an older process's entries read as misses. */
  readonly format: 1;
  readonly value: unknown;
  /** When the value was known to be true: before its load began. Compared with the tags' times. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly tags: readonly string[];
}

/** True for what can be kept; `undefined`, functions and symbols cannot. */
export function isStorable(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}

/** What came from the store, or undefined when it is not an envelope of this format. */
export function envelopeOf(stored: unknown): Envelope | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { format, value, createdAtMs, expiresAtMs, tags } = stored as Partial<Envelope>;
  if (format !== 1 || !isStorable(value)) return undefined;
  if (typeof createdAtMs !== 'number' || typeof expiresAtMs !== 'number') return undefined;
  if (!Array.isArray(tags)) return undefined;
  return stored as Envelope;
}
