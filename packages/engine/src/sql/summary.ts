import type { Dialect } from './dialect.ts';
import { TokenKind } from './lexer.ts';
import { lowerCase } from './shape-text.ts';

/** One level of parentheses. */
interface Level {
  /** The verb of the statement in it; empty before its first word, `expression` when it has none. */
  verb: string;
  /** True from WITH to the verb that follows its common tables. */
  isWith: boolean;
  /** True where the next name is one of a common table. */
  namesCommon: boolean;
  /** True where a comma leads to a further table: between FROM and WHERE. */
  canList: boolean;
}

const expression = '(expression)';

/**
 * Collects operations and the tables that follow them, as far as a walk without a grammar can
 * tell. Names of common tables (WITH) and functions in FROM are no tables.
 */
export class SummaryWriter {
  /** Upper case: the first verb that moves data, else the first word; empty for an empty text. */
  operation = '';
  readonly #tables = new Set<string>();
  readonly #reads = new Set<string>();
  readonly #writes = new Set<string>();
  readonly #words: string[] = [];
  #wordsLength = 0;
  readonly #levels: Level[] = [aLevel()];
  readonly #commonNames = new Set<string>();
  /** The word before, in upper case; empty behind anything else. */
  #previousWord = '';
  /** The word that announced the table that is awaited or read. */
  #announcer = '';
  #isTableAwaited = false;
  /** The table being read, part by part; empty when none is. */
  #name = '';
  /** The same as it compares. */
  #compared = '';
  /** True when the table awaited is written. */
  #isWritten = false;
  readonly #joinsMayWrite: boolean;

  /** In MySQL and SQL Server an `UPDATE` or `DELETE` may change every table it joins. */
  constructor(dialect: Dialect) {
    this.#joinsMayWrite = dialect === 'mysql' || dialect === 'mssql' || dialect === 'other';
  }

  get tables(): string[] {
    return [...this.#tables];
  }

  /** Tables read and tables written, by the name that compares; see `QueryShape`. */
  get reads(): string[] {
    return [...this.#reads];
  }

  get writes(): string[] {
    return [...this.#writes];
  }

  take(kind: number, token: string): void {
    if (kind === TokenKind.word) this.#takeName(token, token.toUpperCase());
    else if (kind === TokenKind.quotedName) this.#takeName(token, '');
    else this.#takeOther(kind === TokenKind.punctuation ? token : '');
  }

  /** `SELECT users notes`: at most 255 characters, cut between words. */
  text(): string {
    this.#endTable();
    const whole = this.#words.join(' ');
    if (whole.length <= maxLength) return whole;
    const end = whole.lastIndexOf(' ', maxLength);
    return whole.slice(0, end < 0 ? maxLength : end);
  }

  #takeName(token: string, word: string): void {
    if (this.#isTableAwaited) {
      if (fillers.has(word) || (word === 'TABLE' && this.#announcer === 'TRUNCATE')) return;
      this.#isTableAwaited = false;
      if (!subselects.has(word) && !token.startsWith('@')) {
        if (this.#name === '') this.#compared = '';
        this.#compared += comparedPart(token, word === '');
        this.#name += token;
        this.#previousWord = '';
        return;
      }
    }
    this.#endTable();
    const level = this.#levels.at(-1)!;
    if (level.namesCommon && word !== 'RECURSIVE') {
      level.namesCommon = false;
      this.#commonNames.add(comparedPart(token, word === '').toLowerCase());
    } else if (word === '') {
      level.verb ||= expression;
    } else {
      this.#takeWord(word, level, token);
    }
    this.#previousWord = word;
  }

  /** `token` is the word as written, which the summary keeps. */
  #takeWord(word: string, level: Level, token: string): void {
    if (this.#isVerb(word, level)) this.#takeVerb(word, level, token);
    else if (ddlVerbs.has(this.#previousWord) && ddlObjects.has(word)) this.#push(token);
    if (listEnds.has(word)) level.canList = false;
    if (!tableFollows(word, this.#previousWord, level)) return;
    this.#isTableAwaited = true;
    this.#announcer = word;
    this.#isWritten = this.#writesTo(word, level);
    level.canList = lists.has(word) || (word.endsWith('JOIN') && level.canList);
  }

  /** Whether the table that this word announces is changed. */
  #writesTo(word: string, { verb }: Level): boolean {
    switch (word) {
      case 'FROM':
        return verb === 'DELETE';
      case 'JOIN':
      case 'STRAIGHT_JOIN':
        return this.#joinsMayWrite && (verb === 'DELETE' || verb === 'UPDATE');
      case 'USING':
        return false;
      default:
        return true;
    }
  }

  #isVerb(word: string, { verb, isWith }: Level): boolean {
    if (isWith) return verbs.has(word);
    if (verb === '' || word === 'SELECT') return true;
    return wrappers.has(verb) && verbs.has(word);
  }

  #takeVerb(word: string, level: Level, token: string): void {
    const isStatementStart = level.verb === '' || wrappers.has(level.verb);
    if (word === 'WITH' && isStatementStart) {
      level.isWith = level.namesCommon = true;
      return;
    }
    const isOutermost = this.#levels.length === 1;
    if (!isOutermost && level.verb === '' && !verbs.has(word)) {
      level.verb = expression;
      return;
    }
    level.isWith = false;
    if (isOutermost && level.verb === '') this.#operate(word);
    if (isStatementStart) level.verb = word;
    if (isOutermost || word !== 'VALUES') this.#push(token);
  }

  #takeOther(token: string): void {
    if (token.startsWith('.') && this.#name !== '') {
      this.#name += token;
      this.#compared += token;
      this.#isTableAwaited = true;
      return;
    }
    const isFrom = this.#announcer === 'FROM' || this.#announcer.endsWith('JOIN');
    // A function in FROM is no table; INSERT INTO t (…) and CREATE TABLE t (…) are.
    if (token === '(' && this.#announcer !== 'INTO' && this.#announcer !== 'TABLE') this.#name = '';
    this.#endTable();
    const isJoinInParentheses = token === '(' && this.#isTableAwaited && isFrom;
    this.#isTableAwaited = isJoinInParentheses;
    this.#previousWord = '';
    this.#punctuate(token, isJoinInParentheses);
  }

  #punctuate(token: string, canList: boolean): void {
    const levels = this.#levels;
    const level = levels.at(-1)!;
    if (token === '(') {
      levels.push({ ...aLevel(), canList });
    } else if (token === ')') {
      if (levels.length > 1) this.#closeLevel();
    } else if (token === ',') {
      if (level.isWith) level.namesCommon = true;
      if (level.canList) this.#isTableAwaited = true;
    } else if (token === ';' && levels.length === 1) {
      levels[0] = aLevel();
    }
  }

  /** `(SELECT …) UNION (SELECT …)`: the parentheses hold the statement's verb. */
  #closeLevel(): void {
    const { verb } = this.#levels.pop()!;
    const around = this.#levels.at(-1)!;
    if (verb === expression || around.verb !== '' || around.isWith) return;
    around.verb = verb;
    if (this.#levels.length === 1) this.#operate(verb);
  }

  #operate(verb: string): void {
    if (!dataVerbs.has(this.operation)) this.operation = verb;
  }

  #endTable(): void {
    const name = this.#name;
    if (name === '') return;
    this.#name = '';
    if (this.#commonNames.has(this.#compared.toLowerCase())) return;
    this.#tables.add(name);
    (this.#isWritten ? this.#writes : this.#reads).add(this.#compared);
    this.#push(name);
  }

  #push(word: string): void {
    if (this.#wordsLength > maxLength) return;
    this.#words.push(word);
    this.#wordsLength += word.length + 1;
  }
}

const maxLength = 255;

function aLevel(): Level {
  return { verb: '', isWith: false, namesCommon: false, canList: false };
}

/** Unquoted names fold to lower case, quoted ones lose their quotes. */
function comparedPart(token: string, isQuoted: boolean): string {
  if (!isQuoted) return lowerCase(token);
  const quote = token.charAt(token.length - 1);
  return token.slice(1, -1).replaceAll(quote + quote, quote);
}

const dataVerbs = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'REPLACE']);
const verbs = new Set([...dataVerbs, 'WITH', 'VALUES']);
/** Statements that hold another one. */
const wrappers = new Set(['EXPLAIN', 'PREPARE', 'DECLARE']);
const subselects = new Set(['SELECT', 'WITH', 'VALUES']);
const fillers = new Set(['ONLY', 'LATERAL', 'IF', 'EXISTS', 'NOT', 'OR', 'IGNORE']);
const ddlVerbs = new Set(['CREATE', 'ALTER', 'DROP']);
/** What may stand between `CREATE` and `TABLE`. */
const tableModifiers = new Set([
  'TEMPORARY',
  'TEMP',
  'UNLOGGED',
  'EXTERNAL',
  'FOREIGN',
  'TRANSIENT',
]);
const ddlObjects = new Set(['TABLE', 'INDEX', 'VIEW', 'SCHEMA', 'DATABASE', 'SEQUENCE', 'TYPE']);
/** Words that announce a list of tables, and words that end it. */
const lists = new Set(['FROM', 'UPDATE', 'USING', 'TRUNCATE']);
const listEnds = new Set([
  'WHERE',
  'GROUP',
  'ORDER',
  'HAVING',
  'LIMIT',
  'OFFSET',
  'FETCH',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'WINDOW',
  'FOR',
  'SET',
  'SELECT',
  'VALUES',
  'RETURNING',
]);

function tableFollows(word: string, previous: string, { verb }: Level): boolean {
  switch (word) {
    case 'FROM':
      // Not in EXTRACT(… FROM …) and TRIM(… FROM …), nor in IS DISTINCT FROM …
      return previous !== 'DISTINCT' && verb !== expression && verb !== '' && verb !== 'COPY';
    case 'JOIN':
    case 'STRAIGHT_JOIN':
    case 'INTO':
      return true;
    case 'UPDATE':
    case 'TRUNCATE':
    case 'COPY':
      // Not in FOR UPDATE and ON CONFLICT … DO UPDATE.
      return verb === word && previous !== 'FOR' && previous !== 'KEY';
    case 'USING':
      return verb === 'DELETE' || verb === 'MERGE';
    case 'TABLE':
      return ddlVerbs.has(previous) || (ddlVerbs.has(verb) && tableModifiers.has(previous));
    default:
      return false;
  }
}
