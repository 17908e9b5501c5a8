import type { Flaw } from './option-table.ts';

/** The flaw of the first member of a list that has one; null for what is no list. */
export function firstFlaw(given: unknown, flawOf: (member: unknown) => Flaw | null): Flaw | null {
  if (!Array.isArray(given)) return null;
  for (const [index, member] of given.entries()) {
    const flaw = flawOf(member);
    if (flaw !== null) return { ...flaw, path: `[${index}]${flaw.path}` };
  }
  return null;
}

/** A field that an entry of a list cannot have. */
export function unknownField(name: string, known: readonly string[]): Flaw {
  return { path: '', rule: `an object with no fields but ${known.join(', ')}`, value: name };
}
