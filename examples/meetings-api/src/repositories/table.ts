import type { Pool } from 'pg';

/** The little object-relational mapper that such services grow: a table, found by one column. */
export class Table<Row extends object> {
  readonly #pool: Pool;
  readonly #name: string;
  readonly #columns: string;

  constructor(pool: Pool, name: string, columns: (keyof Row & string)[]) {
    this.#pool = pool;
    this.#name = name;
    this.#columns = columns.join(', ');
  }

  async findOne(column: keyof Row & string, value: unknown): Promise<Row | undefined> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT ${this.#columns} FROM ${this.#name} WHERE ${column} = $1 LIMIT 1`,
      [value],
    );
    return rows[0];
  }

  /** In the order of `column`. */
  async findAll(column: keyof Row & string, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT ${this.#columns} FROM ${this.#name} WHERE ${column} = ANY($1::int[]) ORDER BY ${column}`,
      [values],
    );
    return rows;
  }
}
