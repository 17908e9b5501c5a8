import type { QueryShape } from '../sql/statement.ts';

interface TableWrites {
  count: number;
  readonly firstMs: number;
  lastMs: number;
}

/** Writes that were seen in one service, by table. */
export class TableWritesSeen {
  readonly #tables = new Map<string, TableWrites>();
  readonly #max: number;
  /** Writes to who knows what, or to tables beyond the cap: they count for every table. */
  #elsewhere = 0;

  constructor(maxTables: number) {
    this.#max = maxTables;
  }

  /** Plain names; none when the statement does not tell. */
  note(tables: readonly string[], endMs: number): void {
    if (tables.length === 0) this.#elsewhere++;
    for (const name of tables) {
      const table = this.#tables.get(name);
      if (table !== undefined) {
        table.count++;
        table.lastMs = Math.max(table.lastMs, endMs);
      } else if (this.#tables.size < this.#max) {
        this.#tables.set(name, { count: 1, firstMs: endMs, lastMs: endMs });
      } else {
        this.#elsewhere++;
      }
    }
  }

  /** Writes that may have been to any of `tables`, since the watch began. */
  countOf(tables: readonly string[]): number {
    let count = this.#elsewhere;
    for (const name of tables) count += this.#tables.get(name)?.count ?? 0;
    return count;
  }

  /** Mean time between writes to the table that is written most often; null with fewer than two. */
  intervalMsOf(tables: readonly string[]): number | null {
    let leastMs: number | null = null;
    for (const name of tables) {
      const table = this.#tables.get(name);
      if (table === undefined || table.count < 2) continue;
      const intervalMs = (table.lastMs - table.firstMs) / (table.count - 1);
      leastMs = Math.min(leastMs ?? Infinity, intervalMs);
    }
    return leastMs;
  }
}

/** Names as in `QueryShape.reads`, without schemas: one may be written with and read without. */
export function plainNames(tables: readonly string[]): string[] {
  return tables.map((table) => table.slice(table.lastIndexOf('.') + 1));
}

/** False where a statement changes rows, or may: who knows what a procedure does. */
export function onlyReads({ operation, writes }: QueryShape): boolean {
  return writes.length === 0 && readers.has(operation);
}

const readers = new Set(['SELECT', 'VALUES', 'TABLE', 'EXPLAIN', 'DESCRIBE', 'FETCH']);
