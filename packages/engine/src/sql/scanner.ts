/**
 * Rules of quoting differ; everything else is shared. `standard`: double quotes hold names, as in
 * Oracle and most others; `other`: a system we do not know, read with MySQL's rules, under which
 * double quotes hold data.
 */
export type Dialect = 'postgresql' | 'mysql' | 'sqlite' | 'mssql' | 'standard' | 'other';

/** What a scanner stands on. */
export const TokenKind = Object.freeze({
  end: 0,
  /** Keyword or unquoted name, also dotted parts one by one. */
  word: 1,
  /** Name in double quotes, backticks or brackets. */
  quotedName: 2,
  /** String, number, or anything else that can carry data. */
  literal: 3,
  /** `$1`, `?`, `:name`, `@p1`. */
  parameter: 4,
  /** One character: operator, comma, parenthesis, …; also `::` and a run of dots. */
  punctuation: 5,
});

/**
 * Walks a statement token by token, skipping white space and comments. One object serves the whole
 * walk: `kind`, `start` and `end` describe the current token (`end` is exclusive), `afterComment`
 * says that a comment stood before it, and then `gap` is the white space there without the comment.
 * Never throws; a string, comment or quoted name that never closes runs to the end of the text and
 * counts as data, so a text cut short loses data rather than leaking it. Linear in its length.
 */
export class Scanner {
  kind = 0;
  start = 0;
  end = 0;
  afterComment = false;
  gap = '';
  /** PostgreSQL: a string that goes on behind E'…' keeps its backslashes. */
  #isEscapedString = false;
  readonly #sql: string;
  readonly #dialect: Dialect;
  readonly #isLikeMysql: boolean;

  constructor(sql: string, dialect: Dialect) {
    this.#sql = sql;
    this.#dialect = dialect;
    this.#isLikeMysql = dialect === 'mysql' || dialect === 'other';
  }

  /** Moves to the next token and returns its kind; `TokenKind.end` at the end, again and again. */
  next(): number {
    const position = this.#skipGap(this.end);
    this.start = position;
    this.kind = position >= this.#sql.length ? TokenKind.end : this.#read(position);
    return this.kind;
  }

  #read(position: number): number {
    const sql = this.#sql;
    const code = sql.charCodeAt(position);
    const continuesEscaped = this.#isEscapedString;
    this.#isEscapedString = false;
    if (isWordStart(code)) return this.#readWord(position);
    if (isDigit(code) || (code === DOT && isDigit(sql.charCodeAt(position + 1)))) {
      return this.#token(TokenKind.literal, endOfNumber(sql, position));
    }
    switch (code) {
      case QUOTE:
        return this.#readString(position, continuesEscaped);
      case DOUBLE_QUOTE:
        return this.#isLikeMysql
          ? this.#token(TokenKind.literal, endOfQuoted(sql, position, DOUBLE_QUOTE, true))
          : this.#readQuotedName(position, DOUBLE_QUOTE);
      case BACKTICK:
        return this.#readQuotedName(position, BACKTICK);
      case OPEN_BRACKET:
        if (this.#dialect !== 'mssql') break;
        return this.#readQuotedName(position, CLOSE_BRACKET);
      case DOT:
        return this.#token(TokenKind.punctuation, endOfDots(sql, position));
      case DOLLAR:
        return this.#readDollar(position);
      case QUESTION:
        return this.#token(TokenKind.parameter, position + 1);
      case COLON:
        if (sql.charCodeAt(position + 1) === COLON) {
          return this.#token(TokenKind.punctuation, position + 2);
        }
        if (!isWordStart(sql.charCodeAt(position + 1))) break;
        return this.#token(TokenKind.parameter, endOfWord(sql, position + 1));
      case AT:
        if (!isWordStart(sql.charCodeAt(position + 1))) break;
        return this.#token(TokenKind.parameter, endOfWord(sql, position + 1));
    }
    return this.#token(TokenKind.punctuation, position + 1);
  }

  #readString(position: number, isEscaped: boolean): number {
    this.#isEscapedString = isEscaped;
    const hasBackslash = isEscaped || this.#isLikeMysql;
    return this.#token(TokenKind.literal, endOfQuoted(this.#sql, position, QUOTE, hasBackslash));
  }

  #readQuotedName(position: number, quote: number): number {
    const end = endOfQuoted(this.#sql, position, quote, false);
    const isClosed = end - position > 1 && this.#sql.charCodeAt(end - 1) === quote;
    return this.#token(isClosed ? TokenKind.quotedName : TokenKind.literal, end);
  }

  /** A word, or a string with a letter before its quote: E'…', B'…', X'…', N'…', U&'…', q'[…]'. */
  #readWord(position: number): number {
    const sql = this.#sql;
    const end = endOfWord(sql, position);
    const next = sql.charCodeAt(end);
    if (next !== QUOTE && next !== AMPERSAND) return this.#token(TokenKind.word, end);
    const letter = sql.charCodeAt(end - 1) | 32;
    const isPrefix = end - position === 1;
    if (next === QUOTE) {
      const isOracle =
        letter === LETTER_Q &&
        end - position <= 2 &&
        (this.#dialect === 'standard' || this.#dialect === 'other');
      if (isOracle) return this.#token(TokenKind.literal, endOfOracleString(sql, end));
      if (isPrefix) return this.#readString(end, letter === LETTER_E);
    } else if (isPrefix && letter === LETTER_U && sql.charCodeAt(end + 1) === QUOTE) {
      return this.#readString(end + 1, false);
    }
    return this.#token(TokenKind.word, end);
  }

  /** `$1` is a parameter, `$tag$ … $tag$` a string. */
  #readDollar(position: number): number {
    const sql = this.#sql;
    if (isDigit(sql.charCodeAt(position + 1))) {
      let end = position + 2;
      while (isDigit(sql.charCodeAt(end))) end++;
      return this.#token(TokenKind.parameter, end);
    }
    let tagEnd = position + 1;
    while (isWordPart(sql.charCodeAt(tagEnd)) && sql.charCodeAt(tagEnd) !== DOLLAR) tagEnd++;
    if (sql.charCodeAt(tagEnd) !== DOLLAR) return this.#token(TokenKind.punctuation, position + 1);
    const tag = sql.slice(position, tagEnd + 1);
    const close = sql.indexOf(tag, tagEnd + 1);
    return this.#token(TokenKind.literal, close < 0 ? sql.length : close + tag.length);
  }

  #token(kind: number, end: number): number {
    this.end = end;
    return kind;
  }

  #skipGap(from: number): number {
    const sql = this.#sql;
    let position = from;
    let keptUntil = from;
    this.afterComment = false;
    for (; position < sql.length; position++) {
      const code = sql.charCodeAt(position);
      if (code <= SPACE || code === NO_BREAK_SPACE || code === BYTE_ORDER_MARK) continue;
      const end = this.#endOfComment(position, code);
      if (end < 0) break;
      this.gap = (this.afterComment ? this.gap : '') + sql.slice(keptUntil, position);
      this.afterComment = true;
      keptUntil = end;
      position = end - 1;
    }
    if (this.afterComment) this.gap += sql.slice(keptUntil, position);
    return position;
  }

  /** Where the comment that starts here ends, or -1 when none does. */
  #endOfComment(position: number, code: number): number {
    const sql = this.#sql;
    const next = sql.charCodeAt(position + 1);
    const isLine = (code === DASH && next === DASH) || (code === HASH && this.#isLikeMysql);
    if (isLine) {
      const end = sql.indexOf('\n', position);
      return end < 0 ? sql.length : end;
    }
    if (code !== SLASH || next !== STAR) return -1;
    return this.#endOfBlockComment(position + 2);
  }

  /** Block comments nest, except where the database is known to end them at once. */
  #endOfBlockComment(from: number): number {
    const sql = this.#sql;
    const nests = this.#dialect !== 'mysql' && this.#dialect !== 'sqlite';
    let depth = 1;
    for (let position = from; position < sql.length; position++) {
      const code = sql.charCodeAt(position);
      if (code === STAR && sql.charCodeAt(position + 1) === SLASH) {
        depth--;
        position++;
        if (depth === 0) return position + 1;
      } else if (nests && code === SLASH && sql.charCodeAt(position + 1) === STAR) {
        depth++;
        position++;
      }
    }
    return sql.length;
  }
}

/** The dialect behind an OpenTelemetry `db.system.name` (or the older `db.system`). */
export function dialectOf(system: string): Dialect {
  switch (system) {
    case 'postgresql':
    case 'cockroachdb':
    case 'redshift':
      return 'postgresql';
    case 'mysql':
    case 'mariadb':
      return 'mysql';
    case 'sqlite':
      return 'sqlite';
    case 'mssql':
    case 'microsoft.sql_server':
      return 'mssql';
    case 'oracle':
    case 'oracle.db':
    case 'db2':
    case 'ibm.db2':
    case 'h2':
    case 'hsqldb':
    case 'derby':
    case 'cassandra':
    case 'clickhouse':
    case 'snowflake':
    case 'trino':
    case 'firebirdsql':
    case 'other_sql':
      return 'standard';
    default:
      return 'other';
  }
}

const SPACE = 32;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const DOLLAR = 36;
const AMPERSAND = 38;
const QUOTE = 39;
const STAR = 42;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const QUESTION = 63;
const AT = 64;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const UNDERSCORE = 95;
const BACKTICK = 96;
const LETTER_E = 101;
const LETTER_Q = 113;
const LETTER_U = 117;
const NO_BREAK_SPACE = 160;
const BYTE_ORDER_MARK = 0xfeff;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordStart(code: number): boolean {
  const lower = code | 32;
  if (lower >= 97 && lower <= 122) return true;
  return code > 127 ? code !== NO_BREAK_SPACE && code !== BYTE_ORDER_MARK : code === UNDERSCORE;
}

function isWordPart(code: number): boolean {
  return isWordStart(code) || isDigit(code) || code === DOLLAR;
}

function endOfWord(sql: string, position: number): number {
  let end = position + 1;
  while (isWordPart(sql.charCodeAt(end))) end++;
  return end;
}

/** Integers, decimals, exponents, 0x…: letters right behind digits belong to the number. */
function endOfNumber(sql: string, position: number): number {
  let end = position + 1;
  for (; ; end++) {
    const code = sql.charCodeAt(end);
    if (isWordPart(code) || code === DOT) continue;
    const previous = sql.charCodeAt(end - 1) | 32;
    const isSigned = (code === DASH || code === 43) && previous === LETTER_E;
    if (!isSigned || !isDigit(sql.charCodeAt(end + 1))) return end;
  }
}

/** A doubled quote stays inside; a backslash protects the next character where the dialect says so. */
function endOfQuoted(sql: string, position: number, quote: number, hasBackslash: boolean): number {
  for (let end = position + 1; end < sql.length; end++) {
    const code = sql.charCodeAt(end);
    if (hasBackslash && code === BACKSLASH) {
      end++;
    } else if (code === quote) {
      if (sql.charCodeAt(end + 1) !== quote) return end + 1;
      end++;
    }
  }
  return sql.length;
}

/** `.`, `..` of SQL Server, and `...`, which only our own shapes hold. */
function endOfDots(sql: string, position: number): number {
  let end = position + 1;
  while (sql.charCodeAt(end) === DOT) end++;
  return end;
}

/** Oracle's q'[it's]': ends at the closing delimiter and a quote; `quote` is the first quote. */
function endOfOracleString(sql: string, quote: number): number {
  const opening = sql.charAt(quote + 1);
  const pairs = ['[]', '{}', '()', '<>'];
  const closing = pairs.find((pair) => pair.startsWith(opening))?.charAt(1) ?? opening;
  const close = sql.indexOf(`${closing}'`, quote + 2);
  return close < 0 ? sql.length : close + 2;
}
