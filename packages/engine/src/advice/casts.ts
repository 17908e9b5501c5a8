import { isName } from './tokens.ts';
import type { Token } from './tokens.ts';

export interface TypeName {
  readonly type: string;
  /** Place behind it. */
  readonly end: number;
}

/** The type that the value at `at` is cast to, as in `$1::uuid`; null without a cast we can read. */
export function castAt(tokens: readonly Token[], at: number): TypeName | null {
  return tokens[at + 1]?.text === '::' ? typeNameAt(tokens, at + 2) : null;
}

/** A type of one name, with a schema or of more words; null for lengths and for arrays. */
export function typeNameAt(tokens: readonly Token[], at: number): TypeName | null {
  const first = tokens[at];
  if (!isName(first)) return null;
  const isQualified = tokens[at + 1]?.text === '.' && isName(tokens[at + 2]);
  let end = at + (isQualified ? 3 : 1);
  let type = isQualified ? `${first!.text}.${tokens[at + 2]!.text}` : first!.text;
  for (const more of restOf[first!.word] ?? []) {
    const words = more.split(' ');
    if (words.some((word, n) => tokens[at + 1 + n]?.word !== word)) continue;
    end = at + 1 + words.length;
    type = `${first!.text} ${more.toLowerCase()}`;
  }
  const next = tokens[end]?.text;
  return next === '(' || next === '[' ? null : { type, end };
}

const zones = ['WITH TIME ZONE', 'WITHOUT TIME ZONE'];
const restOf: Readonly<Record<string, readonly string[]>> = {
  DOUBLE: ['PRECISION'],
  CHARACTER: ['VARYING'],
  TIME: zones,
  TIMESTAMP: zones,
};
