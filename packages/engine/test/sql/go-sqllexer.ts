import { Scanner, TokenKind } from '../../src/sql/scanner.ts';
import type { Dialect } from '../../src/sql/scanner.ts';

/** One case of go-sqllexer's test data. */
export interface LexerCase {
  readonly id: string;
  readonly dbms: string;
  readonly input: string;
  readonly outputs: readonly {
    readonly expected: string;
    readonly statement_metadata?: { readonly tables: string[]; readonly commands: string[] };
    readonly obfuscator_config?: unknown;
    readonly normalizer_config?: unknown;
  }[];
}

export const dialects: Readonly<Record<string, Dialect>> = {
  postgresql: 'postgresql',
  mysql: 'mysql',
  mssql: 'mssql',
  oracle: 'standard',
  snowflake: 'standard',
};

/** The output with default settings, or the first. */
export function defaultOutput({ outputs }: LexerCase): LexerCase['outputs'][number] {
  const plain = outputs.find(
    ({ obfuscator_config, normalizer_config }) =>
      obfuscator_config === undefined && normalizer_config === undefined,
  );
  return plain ?? outputs[0]!;
}

/** Tokens in the form in which both sides compare; what is folded stands in the corpus' README. */
export function foldedTokens(text: string, dialect: Dialect): string {
  const lists = withoutLists(withoutAliases(tokensOf(text, dialect).flatMap(withoutDigits)));
  while (lists.at(-1) === ';') lists.pop();
  const joined = lists.join(' ');
  return joined.replaceAll(/\( \? \)(?: , \( \? \))+/g, '( ? )');
}

function tokensOf(text: string, dialect: Dialect): string[] {
  const scanner = new Scanner(text, dialect);
  const tokens: string[] = [];
  while (scanner.next() !== TokenKind.end) {
    const token = text.slice(scanner.start, scanner.end).toLowerCase();
    const isData = scanner.kind === TokenKind.literal || /^[$?]/.test(token);
    if (scanner.kind === TokenKind.quotedName)
      tokens.push(...tokensOf(token.slice(1, -1), dialect));
    else tokens.push(isData || /^(?:null|true|false)$/.test(token) ? '?' : token);
  }
  return tokens;
}

/** `t1.id` is `t ? . id` there. */
function withoutDigits(token: string): string[] {
  if (token === '...') return [token];
  return token
    .replaceAll(/\d+/g, '?')
    .split(/([?.])/)
    .filter((piece) => piece !== '');
}

function withoutAliases(tokens: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at] !== 'as' || tokens[at + 1] === '(') kept.push(tokens[at]!);
    else for (at++; tokens[at + 1] === '?' && /^[a-z_]+$/.test(tokens[at]!);) at++;
  }
  return kept;
}

function withoutLists(tokens: readonly string[]): string[] {
  const kept: string[] = [];
  for (const token of tokens) {
    const isListed = kept.at(-1) === ',' && kept.at(-2) === '?';
    if (token === '...') kept.pop();
    else if (token === '?' && isListed) kept.pop();
    else if (token !== '?' || kept.at(-1) !== '?') kept.push(token);
  }
  return kept;
}

/** Words of our shape that are commands to go-sqllexer, each once, in order. */
export function commandsOf(shape: string, dialect: Dialect, commands: ReadonlySet<string>): string {
  const scanner = new Scanner(shape, dialect);
  const found = new Set<string>();
  while (scanner.next() !== TokenKind.end) {
    const word = shape.slice(scanner.start, scanner.end).toUpperCase();
    if (scanner.kind === TokenKind.word && commands.has(word)) found.add(word);
  }
  return [...found].join(' ');
}

export function foldedNames(names: readonly string[]): string {
  const folded = names.map((name) => name.toLowerCase().replaceAll(/["`[\]]/g, ''));
  return [...new Set(folded)].join(' ');
}
