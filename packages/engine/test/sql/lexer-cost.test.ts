import { expect, test } from '@jest/globals';
import { Lexer, TokenKind } from '../../src/sql/lexer.ts';
import type { Dialect } from '../../src/sql/scanner.ts';

/** How many bytes a lexer looks at to read a text, each look counted. */
function looksAt(text: string, dialect: Dialect): number {
  const lexer = new Lexer();
  lexer.open(text, dialect);
  let looks = 0;
  const { bytes } = lexer;
  lexer.bytes = new Proxy(bytes, {
    get(target, key) {
      if (key === 'indexOf') {
        return (byte: number, from: number) => {
          const found = target.indexOf(byte, from);
          looks += (found < 0 ? target.length : found) - from;
          return found;
        };
      }
      looks++;
      return Reflect.get(target, key, target);
    },
  });
  while (lexer.next() !== TokenKind.end);
  return looks;
}

const size = 20_000;
const texts: [string, string][] = [
  ['words', 'select a from b '.repeat(size / 16)],
  ['unclosed dollar tags', '$tag$ x '.repeat(size / 8) + '$end$'],
  ['unlike dollar tags', Array.from({ length: size / 10 }, (_, n) => `$t${n}$ '`).join('')],
  ['nearly closed dollar tags', `$aaaaaaaa$${'$aaaaaaab'.repeat(size / 9)}`],
  ['dollars', '$'.repeat(size)],
  ['dollars and letters', '$a'.repeat(size / 2)],
  ['quotes', "'".repeat(size)],
  ['double quotes', '"a" '.repeat(size / 4) + '"'],
  ['backslashes', `'${'\\'.repeat(size)}`],
  ['comments', '/**/ -- x\n'.repeat(size / 10)],
  ['nested comments', '/*'.repeat(size / 2)],
  ['line comments without an end', '--'.repeat(size / 2)],
  ['prefixes', "e'x'u&'y'q'[z]'".repeat(size / 15)],
  ['numbers', '1e+1.2.3 '.repeat(size / 9)],
  ['dots', 'a.'.repeat(size / 2)],
  ['percent signs', '%s %(a)s%%(b'.repeat(size / 12)],
  ['unclosed percent signs', `%(${'a'.repeat(50)}`.repeat(size / 52)],
  ['numbered colons', ':12 :3:4'.repeat(size / 8)],
  ['colons', ':a::b'.repeat(size / 5)],
  ['letters of other scripts', 'é \u00a0ï\ufeff'.repeat(size / 8)],
];

test.each(texts)('looks at each byte of a text of %s a few times at most', (_name, text) => {
  const dialects: Dialect[] = ['postgresql', 'mysql', 'sqlite', 'mssql', 'standard', 'other'];
  for (const dialect of dialects) {
    const { length } = new TextEncoder().encode(text);
    expect(looksAt(text, dialect) / length).toBeLessThanOrEqual(8);
  }
});
