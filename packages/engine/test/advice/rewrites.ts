/** A loop's statement, what batchAdvice makes of it, and the values of each turn for the proof. */
export interface Rewrite {
  readonly loop: string;
  readonly batch: string;
  /** Values of each turn, in the order of the loop's parameters. */
  readonly turns: readonly (readonly unknown[])[];
  /** For reads: the column of the batched rows that holds the key. */
  readonly key?: string;
  /** For writes of rows: names of the values, in the order of the loop's parameters. */
  readonly columns?: readonly string[];
}

const ids: readonly (readonly unknown[])[] = [[1], [2], [5], [5], [99], [null]];
const names: readonly (readonly unknown[])[] = [['ann'], ['BOB'], ['nobody']];

/** Tables of the proof: users (id, name, age, team), notes (id, user_id, title, tags, stars). */
export const reads: readonly Rewrite[] = [
  {
    loop: 'SELECT * FROM users WHERE id = $1',
    batch: 'SELECT * FROM users WHERE id = ANY($1)',
    turns: ids,
    key: 'id',
  },
  {
    loop: 'SELECT id, title FROM notes WHERE user_id = $1 ORDER BY id DESC;',
    batch: 'SELECT id, title, user_id FROM notes WHERE user_id = ANY($1) ORDER BY id DESC;',
    turns: ids,
    key: 'user_id',
  },
  {
    loop: 'SELECT title AS t, user_id AS owner FROM notes WHERE user_id = $1',
    batch: 'SELECT title AS t, user_id AS owner FROM notes WHERE user_id = ANY($1)',
    turns: ids,
    key: 'owner',
  },
  {
    loop: 'SELECT n.title FROM notes n WHERE n.user_id = $1 AND (n.stars IS NOT NULL OR NOT n.id = n.user_id) ORDER BY n.id',
    batch:
      'SELECT n.title, n.user_id FROM notes n WHERE n.user_id = ANY($1) AND (n.stars IS NOT NULL OR NOT n.id = n.user_id) ORDER BY n.id',
    turns: ids,
    key: 'user_id',
  },
  {
    loop: 'SELECT u.* FROM users u JOIN notes n ON n.user_id = u.id WHERE n.id = $1',
    batch:
      'SELECT u.*, n.id AS batch_key FROM users u JOIN notes n ON n.user_id = u.id WHERE n.id = ANY($1)',
    turns: ids,
    key: 'batch_key',
  },
  {
    loop: 'SELECT u.id, n.title FROM users u, notes n WHERE n.user_id = u.id AND n.id = $1',
    batch:
      'SELECT u.id, n.title, n.id AS batch_key FROM users u, notes n WHERE n.user_id = u.id AND n.id = ANY($1)',
    turns: ids,
    key: 'batch_key',
  },
  {
    loop: 'SELECT upper(name), extract(year FROM born) AS year FROM users WHERE name = $1::text',
    batch:
      'SELECT upper(name), extract(year FROM born) AS year, name AS batch_key FROM users WHERE name = ANY($1::text[])',
    turns: names,
    key: 'batch_key',
  },
  {
    loop: 'SELECT age * stars AS score FROM notes JOIN users ON users.id = user_id WHERE user_id = $1',
    batch:
      'SELECT age * stars AS score, user_id AS batch_key FROM notes JOIN users ON users.id = user_id WHERE user_id = ANY($1)',
    turns: ids,
    key: 'batch_key',
  },
  {
    loop: 'select "id" from "notes" as "n" where "n"."user_id" = $1',
    batch: 'select "id", "n"."user_id" from "notes" as "n" where "n"."user_id" = ANY($1)',
    turns: ids,
    key: 'user_id',
  },
  {
    loop: 'SELECT coalesce(title, name) AS label FROM notes LEFT JOIN users ON users.id = user_id WHERE user_id = $1 AND title IS NULL',
    batch:
      'SELECT coalesce(title, name) AS label, user_id FROM notes LEFT JOIN users ON users.id = user_id WHERE user_id = ANY($1) AND title IS NULL',
    turns: ids,
    key: 'user_id',
  },
];

export const deletes: readonly Rewrite[] = [
  {
    loop: 'DELETE FROM notes WHERE user_id = $1',
    batch: 'DELETE FROM notes WHERE user_id = ANY($1)',
    turns: ids,
  },
  {
    loop: 'DELETE FROM notes WHERE stars IS NULL AND notes.id = $1 RETURNING id',
    batch: 'DELETE FROM notes WHERE stars IS NULL AND notes.id = ANY($1) RETURNING id',
    turns: ids,
  },
];

export const writes: readonly Rewrite[] = [
  {
    loop: 'INSERT INTO notes (user_id, title) VALUES ($1, $2)',
    batch:
      'INSERT INTO notes (user_id, title) SELECT user_id, title FROM jsonb_populate_recordset(NULL::notes, $1::jsonb)',
    turns: [
      [1, 'first'],
      [2, "it's"],
      [1, null],
    ],
    columns: ['user_id', 'title'],
  },
  {
    loop: 'INSERT INTO "notes" ("user_id", "tags", "stars") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id;',
    batch:
      'INSERT INTO "notes" ("user_id", "tags", "stars") SELECT "user_id", "tags", "stars" FROM jsonb_populate_recordset(NULL::"notes", $1::jsonb) ON CONFLICT DO NOTHING RETURNING id;',
    turns: [
      [1, ['a', 'b'], 2.5],
      [2, [], null],
    ],
    columns: ['user_id', 'tags', 'stars'],
  },
  {
    loop: 'INSERT INTO users (id, name, born) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name',
    batch:
      'INSERT INTO users (id, name, born) SELECT id, name, born FROM jsonb_populate_recordset(NULL::users, $1::jsonb) ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name',
    turns: [
      [1, 'anna', '1990-02-03'],
      [50, 'new', '2001-12-31'],
    ],
    columns: ['id', 'name', 'born'],
  },
  {
    loop: 'UPDATE users SET name = $1, age = $2 WHERE id = $3',
    batch:
      'UPDATE users AS target SET name = batch.name, age = batch.age FROM jsonb_populate_recordset(NULL::users, $1::jsonb) AS batch WHERE target.id = batch.id',
    turns: [
      ['zoe', 40, 1],
      ['yan', null, 2],
      ['gone', 1, 99],
    ],
    columns: ['name', 'age', 'id'],
  },
  {
    loop: 'update "notes" set "title" = $1 where "notes"."id" = $2;',
    batch:
      'UPDATE "notes" AS target SET "title" = batch."title" FROM jsonb_populate_recordset(NULL::"notes", $1::jsonb) AS batch WHERE target."id" = batch."id"',
    turns: [
      ['a', 1],
      ['b', 3],
    ],
    columns: ['title', 'id'],
  },
];

/** Statements that no text alone can batch safely, and why. */
/** Reads whose limits, order, aggregates or several values keep their meaning for each key. */
export const laterals: readonly (Rewrite & { readonly limits?: readonly number[] })[] = [
  aLateral(
    'notes',
    ['user_id'],
    'SELECT title FROM notes WHERE user_id = $1 ORDER BY id LIMIT $2',
    ids,
    [2],
  ),
  aLateral(
    'notes',
    ['user_id'],
    'SELECT n.title, n.id FROM notes AS n WHERE n.user_id = $1 ORDER BY n.id LIMIT $2 OFFSET $3;',
    ids,
    [1, 1],
  ),
  aLateral('users', ['id'], 'SELECT * FROM users WHERE id = $1 LIMIT $2', ids, [1]),
  aLateral('notes', ['user_id'], 'SELECT count(*), sum(stars) FROM notes WHERE user_id = $1', ids),
  aLateral(
    'notes',
    ['user_id'],
    'SELECT stars, count(*) FROM notes WHERE user_id = $1 GROUP BY stars ORDER BY stars',
    ids,
  ),
  aLateral('notes', ['user_id'], 'SELECT DISTINCT user_id FROM notes WHERE user_id = $1', ids),
  aLateral(
    'notes',
    ['user_id'],
    'SELECT id, rank() OVER (ORDER BY stars) FROM notes WHERE user_id = $1 ORDER BY id',
    ids,
  ),
  aLateral(
    'notes',
    ['user_id', 'title'],
    'SELECT id FROM notes WHERE user_id = $1 AND title = $2',
    [
      [1, 'a'],
      [1, 'b'],
      [5, 'd'],
      [5, 'a'],
      [null, 'e'],
    ],
  ),
  aLateral(
    'users',
    ['age', 'born'],
    'SELECT name FROM users WHERE age >= $1 AND born < $2 ORDER BY id',
    [
      [10, '2000-01-01'],
      [31, '1990-01-01'],
    ],
  ),
];

function aLateral(
  table: string,
  columns: readonly string[],
  loop: string,
  turns: readonly (readonly unknown[])[],
  limits: readonly number[] = [],
): (typeof laterals)[number] {
  let inner = loop.replace(/;$/, '');
  columns.forEach((column, at) => (inner = inner.replace(`$${at + 1}`, `batch.${column}`)));
  limits.forEach(
    (_limit, at) => (inner = inner.replace(`$${columns.length + at + 1}`, `$${at + 2}`)),
  );
  const keys = columns.map((column) => `batch.${column} AS batch_${column}`).join(', ');
  const batch = `SELECT ${keys}, found.* FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) AS batch CROSS JOIN LATERAL (${inner}) AS found`;
  return { loop, batch, turns, columns, limits };
}

export const refusals: readonly [string, string][] = [
  ['a column between two values', 'SELECT * FROM t WHERE a > $1 AND a < $2'],
  ['a value in a join of two', 'SELECT * FROM t, u WHERE t.a = $1 AND u.b = $2'],
  ['sets', 'SELECT b FROM t WHERE a = $1 UNION SELECT b FROM u'],
  ['common tables', 'WITH x AS (SELECT 1) SELECT * FROM t WHERE a = $1'],
  ['locks', 'SELECT * FROM t WHERE a = $1 FOR UPDATE'],
  ['effects', "SELECT nextval('s') FROM t WHERE a = $1"],
  ['or', 'SELECT * FROM t WHERE a = $1 OR b'],
  ['or', 'SELECT * FROM t WHERE b OR c AND a = $1'],
  ['a range', 'SELECT * FROM t WHERE b BETWEEN c AND a = $1'],
  ['not', 'SELECT * FROM t WHERE NOT a = $1'],
  ['a pattern', 'SELECT * FROM t WHERE a LIKE $1'],
  ['an expression on the left', 'SELECT * FROM t WHERE lower(a) = $1'],
  ['an expression on the left', 'SELECT * FROM t WHERE b + a = $1'],
  ['an expression on the right', 'SELECT * FROM t WHERE a = $1 + b'],
  ['a cast of many words', 'SELECT * FROM t WHERE a = $1::timestamp with time zone'],
  ['a value in a join', 'SELECT * FROM t JOIN u ON u.a = $1 WHERE t.b'],
  ['a value in a subselect', 'SELECT * FROM t WHERE b IN (SELECT b FROM u WHERE a = $1)'],
  ['a value in parentheses', 'SELECT * FROM t WHERE (a = $1)'],
  ['a value in a list', 'SELECT $1 FROM t'],
  ['no value', 'SELECT * FROM t'],
  ['one array already', 'SELECT * FROM t WHERE a = ANY($1)'],
  ['a limit', 'DELETE FROM t WHERE a = $1 AND b = $2'],
  ['an insert without columns', 'INSERT INTO t VALUES ($1, $2)'],
  ['two rows already', 'INSERT INTO t (a) VALUES ($1), ($2)'],
  ['an expression in the row', 'INSERT INTO t (a, b) VALUES ($1, now())'],
  ['a cast in the row', 'INSERT INTO t (a) VALUES ($1::int)'],
  ['a value behind the row', 'INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = $2'],
  ['fewer values than columns', 'INSERT INTO t (a, b) VALUES ($1)'],
  ['an insert from a select', 'INSERT INTO t (a) SELECT a FROM u WHERE b = $1'],
  ['a step', 'UPDATE t SET n = n + 1 WHERE a = $1'],
  ['a step by a value', 'UPDATE t SET n = n + $1 WHERE a = $2'],
  ['two conditions', 'UPDATE t SET b = $1 WHERE a = $2 AND c = $3'],
  ['the key changed', 'UPDATE t SET a = $1 WHERE a = $2'],
  ['rows returned', 'UPDATE t SET b = $1 WHERE a = $2 RETURNING *'],
  ['an alias', 'UPDATE t AS x SET b = $1 WHERE a = $2'],
  ['no condition', 'UPDATE t SET b = $1'],
  ['two statements', 'DELETE FROM t WHERE a = $1; DELETE FROM u'],
  ['cut off', 'SELECT * FROM t WHERE a ='],
];
