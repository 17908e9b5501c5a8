import type { Operand } from './operands.ts';
import { closingOf, identityOf, isName, isValue, openingOf, textOf } from './tokens.ts';
import type { Token } from './tokens.ts';

/** One SELECT of a statement, with the tables that its FROM brings into sight. */
interface Block {
  readonly depth: number;
  /** The SELECT around it whose columns it may use, too; null for a common or derived table. */
  readonly outer: Block | null;
  /** Places of its FROM clause, the end exclusive; -1 without one. */
  from: number;
  fromEnd: number;
  /** What stands in it, once it was asked for. */
  items: readonly FromItem[] | null;
  /** All of it as text, null where it cannot stand elsewhere; undefined until it was asked for. */
  whole: string | null | undefined;
}

interface FromItem {
  readonly text: string;
  /** What its columns are qualified with. */
  readonly alias: string;
  /** False for a derived or common table, a function, and anything else without columns we can name. */
  readonly isTable: boolean;
}

/**
 * Which tables a place in a statement sees, so that an operand can be written again elsewhere:
 * `fromOf` gives the FROM clause under which the operand at a place means the same.
 */
export class Scopes {
  readonly #tokens: readonly Token[];
  readonly #blocks: (Block | null)[] = [];
  readonly #commonTables: ReadonlySet<string>;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#commonTables = commonTablesOf(tokens);
    this.#readBlocks();
  }

  /** Null where the text does not say whose column it is, or its table is made in the statement. */
  fromOf({ qualifier, start }: Operand): string | null {
    const block = this.#blocks[start] ?? null;
    if (block === null) return null;
    return qualifier === null ? this.#fromOfBare(block) : this.#fromNamed(qualifier, block);
  }

  #fromNamed(qualifier: Token, block: Block): string | null {
    for (let one: Block | null = block; one !== null; one = one.outer) {
      const named = this.#itemsOf(one).find(({ alias }) => alias === identityOf(qualifier));
      if (named !== undefined) return named.isTable ? named.text : null;
    }
    return null;
  }

  /** A bare column of a subselect may be a column of the SELECT around it. */
  #fromOfBare(block: Block): string | null {
    for (let outer = block.outer; outer !== null; outer = outer.outer) {
      if (outer.from >= 0) return null;
    }
    return this.#wholeFrom(block);
  }

  #wholeFrom(block: Block): string | null {
    if (block.whole === undefined) block.whole = this.#readWhole(block);
    return block.whole;
  }

  #readWhole(block: Block): string | null {
    const items = this.#itemsOf(block);
    if (items.length === 0 || items.some(({ isTable }) => !isTable)) return null;
    const clause = this.#tokens.slice(block.from + 1, block.fromEnd);
    return clause.some((token) => isValue(token) || token.word === 'SELECT')
      ? null
      : textOf(clause);
  }

  #readBlocks(): void {
    const open: (Block | undefined)[] = [];
    for (const [at, { word, depth }] of this.#tokens.entries()) {
      if (open.length > depth + 1) open.length = depth + 1;
      const block = open[depth];
      if (word === 'SELECT') {
        const outer = this.#isStandalone(at) ? null : (innermost(open.slice(0, depth)) ?? null);
        open[depth] = { depth, outer, from: -1, fromEnd: -1, items: null, whole: undefined };
      } else if (block !== undefined && combiners.has(word)) {
        this.#endFrom(block, at);
        open[depth] = undefined;
      } else if (block !== undefined && word === 'FROM' && block.from < 0) {
        block.from = at;
      } else if (block !== undefined && clauseWords.has(word)) {
        this.#endFrom(block, at);
      }
      this.#blocks.push(innermost(open) ?? null);
    }
    for (const block of new Set(this.#blocks)) {
      if (block !== null && block.fromEnd < 0) this.#endFrom(block, this.#endOf(block));
    }
  }

  #endFrom(block: Block, at: number): void {
    if (block.from >= 0 && block.fromEnd < 0) block.fromEnd = at;
  }

  #endOf({ from, depth }: Block): number {
    let end = from + 1;
    while (end < this.#tokens.length && this.#tokens[end]!.depth >= depth) end++;
    return end;
  }

  /** Whether the SELECT at this place stands where the one around it cannot be seen. */
  #isStandalone(at: number): boolean {
    const { depth } = this.#tokens[at]!;
    let open = at - 1;
    while (open >= 0 && this.#tokens[open]!.depth >= depth) open--;
    const before = this.#tokens[open - 1]?.word ?? '';
    return standalone.has(before);
  }

  #itemsOf(block: Block): readonly FromItem[] {
    return (block.items ??= this.#readItems(block));
  }

  #readItems({ from, fromEnd, depth }: Block): FromItem[] {
    if (from < 0) return [];
    const items: FromItem[] = [];
    let start = from + 1;
    for (let at = start; at <= fromEnd; at++) {
      const token = this.#tokens[at];
      const isEnd = at === fromEnd || (token!.depth === depth && separators.has(token!.word));
      if (!isEnd) continue;
      items.push(this.#itemOf(this.#tokens.slice(start, at), depth));
      start = at + 1;
    }
    return items;
  }

  #itemOf(tokens: readonly Token[], depth: number): FromItem {
    const cut = tokens.findIndex((token) => token.depth === depth && itemEnds.has(token.word));
    const item = cut < 0 ? tokens : tokens.slice(0, cut);
    const isQualified = item[1]?.text === '.';
    const name = item.slice(0, isQualified ? 3 : 1);
    const rest = item.slice(name.length).filter(({ word }) => word !== 'AS');
    const alias = rest[0] ?? name.at(-1);
    const isPlain =
      name.length > 0 &&
      isName(name[0]) &&
      isName(name.at(-1)) &&
      rest.length <= 1 &&
      isName(alias);
    const isCommon = !isQualified && isPlain && this.#commonTables.has(identityOf(name[0]!));
    // Of anything else only the name behind it counts, so that it is found and refused.
    const named = isPlain
      ? alias
      : item.findLast((token) => token.depth === depth && isName(token));
    return {
      text: textOf(item),
      alias: named === undefined ? '' : identityOf(named),
      isTable: isPlain && !isCommon && name[0]!.word !== 'ONLY' && name[0]!.word !== 'LATERAL',
    };
  }
}

function innermost(open: readonly (Block | undefined)[]): Block | undefined {
  return open.findLast((block) => block !== undefined);
}

/** Names of WITH: `x AS (SELECT …`, `x (a, b) AS MATERIALIZED (SELECT …`. */
function commonTablesOf(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [at, { word }] of tokens.entries()) {
    if (word !== 'AS') continue;
    let open = at + 1;
    while (tokens[open]?.word === 'NOT' || tokens[open]?.word === 'MATERIALIZED') open++;
    if (tokens[open]?.text !== '(' || closingOf(tokens, open) < 0) continue;
    const name =
      tokens[at - 1]?.text === ')' ? tokens[openingOf(tokens, at - 1) - 1] : tokens[at - 1];
    if (isName(name)) names.add(identityOf(name!));
  }
  return names;
}

const combiners = new Set(['UNION', 'INTERSECT', 'EXCEPT']);
const clauseWords = new Set([
  'WHERE',
  'GROUP',
  'HAVING',
  'WINDOW',
  'ORDER',
  'LIMIT',
  'OFFSET',
  'FETCH',
  'FOR',
]);
const separators = new Set([',', 'JOIN']);
const itemEnds = new Set([
  'ON',
  'USING',
  'LEFT',
  'RIGHT',
  'FULL',
  'INNER',
  'CROSS',
  'NATURAL',
  'TABLESAMPLE',
]);
const standalone = new Set(['FROM', 'JOIN', 'AS', 'MATERIALIZED']);
