import { reasons } from '../../src/advice/refusals.ts';

/** Why it must not be batched, the statement, and the reason that is given. */
export const refusals: readonly [why: string, sql: string, reason: string][] = [
  ['locks', 'SELECT * FROM t WHERE a = $1 FOR UPDATE', reasons.locks],
  ['locks', 'SELECT * FROM t WHERE a = $1 FOR NO KEY UPDATE SKIP LOCKED', reasons.locks],
  ['locks', 'select * from t where a = $1 for share of t', reasons.locks],
  ['a sequence', "SELECT nextval('s') FROM t WHERE a = $1", reasons.effects('nextval')],
  ['chance', 'SELECT * FROM t WHERE a = $1 ORDER BY random()', reasons.effects('random')],
  [
    'chance',
    'INSERT INTO t (a, b) VALUES (gen_random_uuid(), $1)',
    reasons.effects('gen_random_uuid'),
  ],
  [
    'the clock',
    'UPDATE t SET b = clock_timestamp() WHERE a = $1',
    reasons.effects('clock_timestamp'),
  ],
  ['an advisory lock', 'SELECT pg_advisory_lock($1)', reasons.effects('pg_advisory_lock')],
  ['waiting', 'SELECT pg_sleep($1)', reasons.effects('pg_sleep')],
  ['a setting', "SELECT set_config('x', $1, false)", reasons.effects('set_config')],
  ['a function of their own', 'SELECT app.lower(b) FROM t WHERE a = $1', reasons.effects('lower')],
  ['a function of their own', 'SELECT "Count"(b) FROM t WHERE a = $1', reasons.effects('"Count"')],
  ['a sample', 'SELECT b FROM t TABLESAMPLE system (1) WHERE a = $1', reasons.effects('system')],
  ['a function as a table', 'SELECT * FROM f($1)', reasons.effects('f')],
  [
    'a WITH that writes',
    'WITH x AS (DELETE FROM t WHERE a = $1 RETURNING *) SELECT * FROM x',
    reasons.writingPart,
  ],
  [
    'a WITH before a write',
    'WITH x AS (SELECT b FROM u) UPDATE t SET b = x.b FROM x WHERE a = $1',
    reasons.writingPart,
  ],
  ['several statements', 'DELETE FROM t WHERE a = $1; DELETE FROM u', reasons.several],
  ['a text cut off', 'SELECT * FROM t WHERE a =', reasons.cut],
  ['a text cut off', 'SELECT * FROM t WHERE a = $1 AND', reasons.cut],
  ['a text cut off', 'SELECT * FROM t WHERE a IN (SELECT b FROM u WHERE c = $1', reasons.cut],
  ['a text cut off', 'SELECT * FROM t WHERE a = $1) AND b', reasons.cut],
  ['the next page', 'SELECT * FROM t WHERE id > $1 ORDER BY id LIMIT 100', reasons.readsOn],
  [
    'the next page',
    'SELECT * FROM t WHERE b = $1 AND t.id <= $2 ORDER BY t.id DESC LIMIT $3',
    reasons.readsOn,
  ],
  [
    'the next page',
    'SELECT * FROM t WHERE (a, id) > ($1, $2) ORDER BY a, id LIMIT 9',
    reasons.readsOn,
  ],
  [
    'the next page',
    'SELECT * FROM t WHERE id > $1 ORDER BY id FETCH FIRST ROW ONLY',
    reasons.readsOn,
  ],
  ['a page by number', 'SELECT * FROM t ORDER BY id LIMIT $1 OFFSET $2', reasons.pages],
  ['a cursor', 'FETCH 100 FROM c', reasons.cursor],
  ['a setting', 'SET search_path TO tenant_1', reasons.session],
  ['a transaction', 'BEGIN', reasons.transaction],
  ['a procedure', 'CALL f($1)', reasons.procedure],
  ['no value', 'SELECT * FROM t', reasons.noValue],
  ['a long text', `SELECT ${'a, '.repeat(4000)} b FROM t WHERE a = $1`, reasons.long],
  ['many values', `SELECT * FROM t WHERE a = $1${' OR a = $1'.repeat(100)}`, reasons.long],
  ['deep nesting', `SELECT * FROM t WHERE ${'('.repeat(60)}a = $1${')'.repeat(60)}`, reasons.long],
];

const select =
  'Collect the keys first and fetch all rows in one query, then group them by key in code.';
const remove = 'Collect the keys first and delete them in one statement.';
const insert = 'Collect the rows first and insert them in one statement.';
const update = 'Collect the rows first and update them in one statement.';

/** What could be batched, but not from its text alone: it gets a sentence without a reason. */
export const sentences: readonly [why: string, sql: string, text: string][] = [
  ['an expression on the left', 'SELECT * FROM t WHERE b + a = $1', select],
  ['an expression on the right', 'SELECT * FROM t WHERE a = $1 + b', select],
  ['a value of no known type', 'SELECT $1 FROM t', select],
  ['a value of no known type', "SELECT date_trunc('day', b) FROM t WHERE a = $1", select],
  ['a constant with its type', "SELECT * FROM t WHERE b > interval '1 day' AND a = $1", select],
  ['columns by number', 'SELECT b, c FROM t WHERE a = $1 ORDER BY 1', select],
  ['columns by number', 'SELECT b, count(*) FROM t WHERE a = $1 GROUP BY 1', select],
  ['a list of values', 'SELECT * FROM t WHERE a IN ($1, $2)', select],
  ['one array already', 'SELECT * FROM t WHERE a = ANY($1)', select],
  ['an operator of jsonb', 'SELECT * FROM t WHERE a ? $1', select],
  ['an operator of arrays', 'SELECT * FROM t WHERE a @> $1', select],
  ['a row of columns', 'SELECT * FROM t WHERE (a, b) = ($1, $2)', select],
  ['an aggregate of a value alone', 'SELECT sum($1::int) FROM t', select],
  [
    'a column of one of two tables',
    'SELECT * FROM t WHERE b IN (SELECT b FROM u WHERE a = $1)',
    select,
  ],
  [
    'a column of a derived table',
    'SELECT * FROM (SELECT * FROM t) d WHERE d.a = $1 LIMIT 1',
    select,
  ],
  ['a column of a common table', 'WITH x AS (SELECT 1) SELECT * FROM x WHERE x.a = $1', select],
  ['a new table', 'SELECT * INTO u FROM t WHERE a = $1', select],
  ['a name of ours', 'SELECT * FROM batch WHERE a = $1 LIMIT 1', select],
  ['a limit of MySQL', 'DELETE FROM t WHERE a = $1 LIMIT 1', remove],
  ['another table', 'DELETE FROM t USING u WHERE t.a = $1 AND u.b = $2', remove],
  ['a subselect', 'DELETE FROM t WHERE a = $1 AND b IN (SELECT b FROM u WHERE c = $2)', remove],
  ['an insert without columns', 'INSERT INTO t VALUES ($1, $2)', insert],
  ['two rows already', 'INSERT INTO t (a) VALUES ($1), ($2)', insert],
  ['an expression in the row', 'INSERT INTO t (a) VALUES (lower($1))', insert],
  ['an array in the row', 'INSERT INTO t (a) VALUES ($1::int[])', insert],
  [
    'another value behind the row',
    'INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = $2',
    insert,
  ],
  [
    'a value for another column',
    'INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET c = $2',
    insert,
  ],
  ['fewer values than columns', 'INSERT INTO t (a, b) VALUES ($1)', insert],
  ['an insert from a select', 'INSERT INTO t (a) SELECT a FROM u WHERE b = $1', insert],
  ['the key changed', 'UPDATE t SET a = $1 WHERE a = $2', update],
  ['the key changed', 'UPDATE t SET a = b WHERE a = $1', update],
  ['a range of keys', 'UPDATE t SET b = $1 WHERE a > $2', update],
  ['alternatives', 'UPDATE t SET b = $1 WHERE a = $2 OR c = $3', update],
  ['no condition', 'UPDATE t SET b = $1', update],
  ['another table', 'UPDATE t SET b = u.b FROM u WHERE t.a = $1 AND u.c = $2', update],
  ['a subselect', 'UPDATE t SET b = (SELECT max(b) FROM t) WHERE a = $1', update],
  ['rows of columns', 'UPDATE t SET (b, c) = ($1, $2) WHERE a = $3', update],
];
