import { Char } from './characters.ts';
import { WordTrait } from './keywords.ts';
import { Part } from './parts.ts';
import type { ShapeReader } from './shape.ts';

/** Whether the text that was read stops before its statement does; see `Statement.isCut`. */
export function endsEarly(reader: ShapeReader): boolean {
  const { lexer, parts, last, depth } = reader;
  if (lexer.isOpen || depth > 0) return true;
  if (last === 0) return false;
  switch (parts[last]) {
    case Part.word:
      return (reader.traitsAt(last) & WordTrait.needsMore) !== 0 || endsInEllipsis(reader);
    case Part.more:
      // `…, ...` is how shapes themselves are written.
      return parts[last - 4] !== Part.comma;
    case Part.comma:
    case Part.sign:
    case Part.cast:
      return true;
    case Part.other:
      return needsMore.has(lexer.bytes[parts[last + 1]!]!);
    default:
      return false;
  }
}

/** Operators and openings; a star may end a statement. */
const needsMore: ReadonlySet<number> = new Set([
  Char.equals,
  Char.less,
  Char.greater,
  Char.slash,
  Char.bar,
  Char.ampersand,
  Char.percent,
  Char.exclamation,
  Char.dot,
  Char.openBracket,
]);

/** `…` (E2 80 A6 in UTF-8) counts as a letter. */
function endsInEllipsis({ lexer: { bytes, length } }: ShapeReader): boolean {
  let end = length;
  while (end > 0 && bytes[end - 1]! <= Char.space) end--;
  return bytes[end - 1] === 0xa6 && bytes[end - 2] === 0x80 && bytes[end - 3] === 0xe2;
}
