import type { Dialect } from './dialect.ts';
import { WordTrait, wordTraits } from './keywords.ts';
import { Scanner, TokenKind } from './scanner.ts';

/**
 * A statement's text for export: literals become `?`, comments go, everything else stays as it was
 * written. A sign that touches its number goes with it, so that `99+100` is `??`, as OpenTelemetry's
 * test cases have it. `TRUE`, `FALSE` and `NULL` go as well, except in a statement with parameters:
 * there they are the programmer's, and without them the statement could not be pasted.
 */
export function exportTextOf(text: string, dialect: Dialect, hasParameters: boolean): string {
  const scanner = new Scanner(text, dialect, true);
  let out = '';
  let copied = 0;
  /** What the last token was, comments aside, and where it ended. */
  let before = Before.nothing;
  let end = 0;
  /** Where a sign stands that may belong to the next number, else -1. */
  let signAt = -1;
  let isAfterComment = false;
  while (scanner.next() !== TokenKind.end) {
    const { kind, start } = scanner;
    if (kind === TokenKind.comment) {
      out += text.slice(copied, start);
      copied = scanner.end;
      isAfterComment = true;
      continue;
    }
    if (isAfterComment) {
      out = end === 0 ? '' : joined(out, text.slice(copied, start));
      copied = start;
      isAfterComment = false;
    }
    const code = text.charCodeAt(start);
    const word = kind === TokenKind.word ? text.slice(start, scanner.end).toLowerCase() : '';
    const isConstant = !hasParameters && before === Before.operator && constants.has(word);
    if (kind === TokenKind.literal || isConstant) {
      const from = signAt === start - 1 ? Math.max(signAt, copied) : start;
      out += `${text.slice(copied, from)}?`;
      copied = scanner.end;
    }
    const isSign = kind === TokenKind.punctuation && (code === plus || code === dash);
    signAt = isSign && before !== Before.operand && before !== Before.value ? start : -1;
    if (isSign && before === Before.value && end === start) signAt = start;
    before = isConstant ? Before.value : whatIs(kind, code, word, scanner.end - start);
    end = scanner.end;
  }
  if (copied === 0) return text;
  return isAfterComment ? out.trimEnd() : out + text.slice(copied);
}

/** As much as signs and constants depend on. */
const Before = {
  nothing: 0,
  /** A literal. */
  value: 1,
  /** A name, a parameter, a closing or `...`: a sign behind it is an operator. */
  operand: 2,
  /** Anything behind which a value stands. */
  operator: 3,
  /** `IS`, `NOT`, `SET`: a constant behind it is syntax. */
  keeping: 4,
};

function whatIs(kind: number, code: number, word: string, width: number): number {
  if (kind === TokenKind.literal) return Before.value;
  if (kind === TokenKind.punctuation) {
    const isMore = code === dot && width === 3;
    return isMore || operandEnds.has(code) ? Before.operand : Before.operator;
  }
  const traits = kind === TokenKind.word ? (wordTraits.get(word) ?? 0) : 0;
  if ((traits & WordTrait.keepsConstant) !== 0) return Before.keeping;
  return (traits & WordTrait.keyword) === 0 ? Before.operand : Before.operator;
}

/** Two pieces between which a comment stood: it may have been all that kept two words apart. */
function joined(out: string, rest: string): string {
  return rest === '' && out.trimEnd() === out ? `${out} ` : out + rest;
}

const constants = new Set(['null', 'true', 'false']);
const plus = 43;
const dash = 45;
const dot = 46;
/** `)`, `]`, and `#` and `@` of PostgreSQL's operators `#-` and `@-@`. */
const operandEnds: ReadonlySet<number> = new Set([41, 93, 35, 64]);
