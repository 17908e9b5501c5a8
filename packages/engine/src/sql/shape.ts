import { TokenKind } from './scanner.ts';

/** A level of parentheses: where it opened, and the last row `(…)` or call directly in it. */
interface Level {
  readonly openAt: number;
  rowStart: number;
  rowEnd: number;
}

/**
 * Writes the text of a query shape token by token: every value is `?`; of a list of values the
 * first is kept and the rest are `...`, and so with rows. One value differs from many, two do not
 * from three. The text is its own shape: reading it again gives the same text.
 */
export class ShapeWriter {
  /** True when a literal or a parameter was seen. */
  hasValues = false;
  readonly #parts: string[] = [];
  readonly #levels: Level[] = [{ openAt: -1, rowStart: -1, rowEnd: -1 }];

  /** Takes a token, words in lower case. True when it was a number and its sign went with it. */
  take(kind: number, token: string): boolean {
    if (kind === TokenKind.literal || kind === TokenKind.parameter) return this.#takeValue();
    const parts = this.#parts;
    parts.push(token);
    if (token === '(') this.#levels.push({ openAt: parts.length - 1, rowStart: -1, rowEnd: -1 });
    else if (token === ')' && this.#levels.length > 1) this.#closeLevel();
    else if (parts.at(-2) === '::') this.#foldCast();
    return false;
  }

  /** `?::uuid, ?::uuid` becomes `?::uuid, ...`. */
  #foldCast(): void {
    const parts = this.#parts;
    const end = parts.length - 3;
    if (parts[end] !== '?' || parts[end - 1] !== ',') return;
    const isMore = parts[end - 2] === '...' && parts[end - 3] === ',';
    const first = (isMore ? end - 3 : end - 1) - 3;
    for (let at = 0; at < 3; at++) if (parts[first + at] !== parts[end + at]) return;
    parts.length = isMore ? end - 1 : end;
    if (!isMore) parts.push('...');
  }

  #takeValue(): boolean {
    const parts = this.#parts;
    this.hasValues = true;
    let isSigned = false;
    while (isSign(parts.at(-1)) && !isOperand(parts.at(-2))) {
      parts.pop();
      isSigned = true;
    }
    const before = parts.at(-1) === ',' ? parts.at(-2) : undefined;
    if (before === '...' && parts.at(-4) === '?') parts.pop();
    else parts.push(before === '?' ? '...' : '?');
    return isSigned;
  }

  /** `(?, ...), (?, ...)` becomes `(?, ...), ...`, and `f(?), f(?)` likewise. */
  #closeLevel(): void {
    const parts = this.#parts;
    const { openAt } = this.#levels.pop()!;
    const around = this.#levels.at(-1)!;
    const start = isFunctionName(parts[openAt - 1] ?? '') ? openAt - 1 : openAt;
    if (!this.#repeatsRow(around, start)) {
      around.rowStart = start;
      around.rowEnd = parts.length;
    } else if (start - around.rowEnd === 1) {
      parts.length = start;
      parts.push('...');
    } else {
      parts.length = start - 1;
    }
  }

  #repeatsRow({ rowStart, rowEnd }: Level, start: number): boolean {
    const parts = this.#parts;
    const length = rowEnd - rowStart;
    if (rowEnd < 0 || parts.length - start !== length || parts[start - 1] !== ',') return false;
    const isNext = start - rowEnd === 1;
    if (!isNext && !(start - rowEnd === 3 && parts[start - 2] === '...')) return false;
    let hasValue = false;
    for (let at = 0; at < length; at++) {
      if (parts[rowStart + at] !== parts[start + at]) return false;
      hasValue ||= parts[start + at] === '?';
    }
    return hasValue;
  }

  text(): string {
    const parts = this.#parts;
    while (parts.at(-1) === ';') parts.pop();
    let out = '';
    let previous = '';
    for (const part of parts) {
      if (out !== '' && needsSpace(previous, part)) out += ' ';
      out += part;
      previous = part;
    }
    return out;
  }
}

function isSign(part: string | undefined): boolean {
  return part === '-' || part === '+';
}

/** Whether a sign after this part would be binary. */
function isOperand(part: string | undefined): boolean {
  if (part === undefined) return false;
  if (part === '?' || part === '...' || part === ')' || part === ']') return true;
  return isNameLike(part) && !keywords.has(part);
}

/** A word or a quoted name: letters of any script, `"a"`, `` `a` ``, `[a]`. */
function isNameLike(part: string): boolean {
  const code = part.charCodeAt(0);
  return /[\w"`]/.test(part.charAt(0)) || code > 127 || (part.length > 1 && part.startsWith('['));
}

/** Words behind which a minus is a sign, not a subtraction. */
const keywords = new Set([
  'select',
  'where',
  'and',
  'or',
  'not',
  'in',
  'values',
  'set',
  'limit',
  'offset',
  'between',
  'by',
  'when',
  'then',
  'else',
  'case',
  'like',
  'ilike',
  'is',
  'on',
  'having',
  'returning',
  'from',
]);

function needsSpace(previous: string, part: string): boolean {
  if (part === ',' || part === ')' || part === ';' || part === '[') return false;
  if (isOneOperator(previous + part)) return false;
  if (part === ']') return previous.length > 1 && previous.endsWith(']');
  if (isDots(part) && isDots(previous)) return true;
  if (part === '.' || part === '..') return false;
  if (previous === '(' || previous === '[' || previous === '::') return false;
  if (previous === '.' || previous === '..') return false;
  if (part === '::') return previous === ':';
  return part !== '(' || !isFunctionName(previous);
}

/** Operators of two characters that arrive one by one; the likes of `--` and `/*` never join. */
function isOneOperator(text: string): boolean {
  return text === '<=' || text === '>=' || text === '<>' || text === '!=' || text === '||';
}

function isDots(part: string): boolean {
  return part.startsWith('.');
}

function isFunctionName(part: string): boolean {
  return part !== '' && isNameLike(part) && !spacedBeforeParenthesis.has(part);
}

const spacedBeforeParenthesis = new Set([
  ...keywords,
  'into',
  'as',
  'exists',
  'join',
  'over',
  'using',
  'any',
  'all',
]);
