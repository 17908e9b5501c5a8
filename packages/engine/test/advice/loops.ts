/**
 * A statement that some code sends in a loop, and what its values are: names of `domains`. `written`
 * are the values inside its text, which the batch takes as arrays behind the parameters.
 */
export interface Loop {
  readonly kind: string;
  readonly sql: string;
  readonly values: readonly string[];
  readonly written?: readonly unknown[];
}

const ofKind =
  (kind: string) =>
  (sql: string, values: string, written: readonly unknown[] = []): Loop => ({
    kind,
    sql,
    values: values.split(' '),
    written,
  });

const any = ofKind('= ANY($1)');

/** Reads whose batch is one array of keys. */
export const keyReads: readonly Loop[] = [
  any('SELECT * FROM users WHERE id = $1', 'id'),
  any('SELECT id, title FROM notes WHERE user_id = $1 ORDER BY id DESC;', 'id'),
  any('SELECT title AS t, user_id AS owner FROM notes WHERE user_id = $1', 'id'),
  any(
    'SELECT n.title FROM notes n WHERE n.user_id = $1 AND (n.stars IS NOT NULL OR NOT n.id = n.user_id) ORDER BY n.id',
    'id',
  ),
  any('SELECT u.* FROM users u JOIN notes n ON n.user_id = u.id WHERE n.id = $1', 'id'),
  any('SELECT u.id, n.title FROM users u, notes n WHERE n.user_id = u.id AND n.id = $1', 'id'),
  any(
    'SELECT upper(name), extract(year FROM born) AS year FROM users WHERE name = $1::text',
    'word',
  ),
  any(
    'SELECT age * stars AS score FROM notes JOIN users ON users.id = user_id WHERE user_id = $1',
    'id',
  ),
  any('select "id" from "notes" as "n" where "n"."user_id" = $1', 'id'),
  any(
    'SELECT coalesce(title, name) AS label FROM notes LEFT JOIN users ON users.id = user_id WHERE user_id = $1 AND title IS NULL',
    'id',
  ),
  any('SELECT name FROM users WHERE uid = $1::uuid', 'uid'),
  any('SELECT name FROM users WHERE uid=$1', 'uid'),
  any('SELECT title FROM notes WHERE user_id IN ($1) ORDER BY id', 'id'),
  any('SELECT id FROM users WHERE lower(email) = $1', 'word'),
  any('SELECT id FROM users WHERE mood = $1', 'mood'),
  any('SELECT "Label" FROM "Tags" WHERE note_id = $1 ORDER BY "Label"', 'id'),
  any('SELECT id FROM notes WHERE title BETWEEN code AND title AND user_id = $1', 'id'),
  any('SELECT pg_catalog.lower(title) AS l FROM notes WHERE user_id = $1', 'id'),
];

const lateralOf = (kind: string): ReturnType<typeof ofKind> => ofKind(`LATERAL: ${kind}`);
const limit = lateralOf('LIMIT per key');
const aggregate = lateralOf('aggregate');
const group = lateralOf('GROUP BY, HAVING');
const distinct = lateralOf('DISTINCT');
const join = lateralOf('join');
const window = lateralOf('window');
const exists = lateralOf('EXISTS and subselects');
const several = lateralOf('several values');
const twice = lateralOf('one value used twice');
const set = lateralOf('UNION and WITH');
const condition = lateralOf('other conditions');

/** Reads that run once for each turn inside one statement. */
export const lateralReads: readonly Loop[] = [
  limit('SELECT title FROM notes WHERE user_id = $1 ORDER BY id LIMIT $2', 'id few'),
  limit('SELECT title FROM notes WHERE user_id = $1 ORDER BY id LIMIT 2', 'id', [2]),
  limit(
    'SELECT n.title, n.id FROM notes AS n WHERE n.user_id = $1 ORDER BY n.id LIMIT $2 OFFSET $3;',
    'id few few',
  ),
  limit('SELECT * FROM users WHERE id = $1 LIMIT $2', 'id few'),
  limit('SELECT "u"."id", "u"."name" FROM "users" AS "u" WHERE "u"."uid" = $1 LIMIT 1', 'uid', [1]),
  limit(
    'SELECT made, title FROM notes WHERE user_id = $1 ORDER BY made DESC NULLS LAST, id LIMIT 2',
    'id',
    [2],
  ),
  aggregate('SELECT count(*), sum(stars) FROM notes WHERE user_id = $1', 'id'),
  aggregate('SELECT max(made), min(title), avg(stars) FROM notes WHERE user_id = $1', 'id'),
  aggregate('SELECT coalesce(sum(stars), 0) AS total FROM notes WHERE user_id = $1', 'id', [0]),
  aggregate(
    'SELECT count(*) FILTER (WHERE title = $2) AS hits, count(*) FROM notes WHERE user_id = $1',
    'id word',
  ),
  aggregate(
    'SELECT array_agg(title ORDER BY id) AS titles, string_agg(code, code ORDER BY id) AS codes FROM notes WHERE user_id = $1',
    'id',
  ),
  group('SELECT stars, count(*) FROM notes WHERE user_id = $1 GROUP BY stars ORDER BY stars', 'id'),
  group(
    'SELECT title, count(*) AS n FROM notes WHERE user_id = $1 GROUP BY title HAVING count(*) >= $2 ORDER BY title',
    'id few',
  ),
  group(
    'SELECT user_id, sum(stars) FROM notes WHERE id > $1 GROUP BY user_id HAVING sum(stars) > $2',
    'id stars',
  ),
  distinct('SELECT DISTINCT title FROM notes WHERE user_id = $1', 'id'),
  distinct(
    'SELECT DISTINCT ON (title) title, id FROM notes WHERE user_id = $1 ORDER BY title, id DESC',
    'id',
  ),
  join(
    'SELECT * FROM notes n JOIN users u ON u.id = n.user_id WHERE u.age = $1 AND n.title = $2 ORDER BY n.id',
    'age word',
  ),
  join(
    'SELECT u.name, n.title FROM users u LEFT JOIN notes n ON n.user_id = u.id AND n.title = $2 WHERE u.id = $1 ORDER BY n.id',
    'id word',
  ),
  join(
    'SELECT name, title FROM users JOIN notes ON users.id = user_id WHERE title = $1 AND age < $2',
    'word age',
  ),
  join(
    'SELECT t."Label" FROM "Tags" t INNER JOIN notes n ON n.id = t.note_id CROSS JOIN users u WHERE n.user_id = u.id AND u.id = $1 AND t."Label" <> $2 ORDER BY t."Label", n.id',
    'id label',
  ),
  window('SELECT id, rank() OVER (ORDER BY stars) FROM notes WHERE user_id = $1 ORDER BY id', 'id'),
  window(
    'SELECT id, lag(title) OVER w AS before, sum(stars) OVER w AS running FROM notes WHERE user_id = $1 WINDOW w AS (PARTITION BY code ORDER BY id)',
    'id',
  ),
  exists('SELECT EXISTS (SELECT 1 FROM notes WHERE user_id = $1) AS found', 'id'),
  exists('SELECT EXISTS(SELECT * FROM notes WHERE user_id = $1 AND title = $2)', 'id word'),
  exists(
    'SELECT u.id FROM users u WHERE u.team IS NOT NULL AND NOT EXISTS (SELECT 1 FROM notes n WHERE n.user_id = u.id AND n.title = $1) AND u.age > $2',
    'word age',
  ),
  exists(
    'SELECT title FROM notes n WHERE n.user_id IN (SELECT x.id FROM users x WHERE x.age >= $1) ORDER BY n.id',
    'age',
  ),
  exists(
    'SELECT u.name, (SELECT count(*) FROM notes n WHERE n.user_id = u.id AND n.stars > $2) AS n FROM users u WHERE u.id = $1',
    'id stars',
  ),
  exists(
    'SELECT d.title FROM (SELECT title, stars FROM notes WHERE user_id = $1) AS d WHERE d.stars IS NOT NULL',
    'id',
  ),
  several('SELECT id FROM notes WHERE user_id = $1 AND title = $2', 'id word'),
  several("SELECT id FROM notes WHERE user_id = $1 AND title = 'a' ORDER BY id", 'id', ['a']),
  several('SELECT name FROM users WHERE age >= $1 AND born < $2 ORDER BY id', 'age day'),
  several('SELECT id FROM notes WHERE stars = $1 AND code = $2', 'stars code'),
  several('SELECT id FROM users WHERE name = $1 AND seen <= $2', 'word date'),
  several('SELECT id FROM notes WHERE made > $1 AND body = $2', 'date bytes'),
  several('SELECT id FROM notes WHERE extra = $1 AND user_id = $2', 'json id'),
  several('SELECT id FROM users WHERE mood = $1 AND uid = $2::uuid', 'mood uid'),
  several('SELECT $1::int AS asked, id FROM notes WHERE title = $2 ORDER BY id', 'id word'),
  several('SELECT id FROM users WHERE id = CAST($1 AS integer) AND team = 7', 'id', [7]),
  several('SELECT id FROM notes WHERE stars > $1::double precision AND user_id = $2', 'stars id'),
  twice('SELECT id FROM notes WHERE user_id = $1 OR id = $1 ORDER BY id', 'id'),
  twice(
    'SELECT n.id FROM notes n JOIN users u ON u.id = n.user_id WHERE n.user_id = $1 AND u.team > $1 AND n.title = $2',
    'id word',
  ),
  set(
    'SELECT id, name AS label FROM users WHERE id = $1 UNION ALL SELECT id, title FROM notes WHERE user_id = $1 ORDER BY id, label',
    'id',
  ),
  set(
    'WITH mine AS (SELECT id, title FROM notes WHERE user_id = $1) SELECT m.title, t."Label" FROM mine m LEFT JOIN "Tags" t ON t.note_id = m.id ORDER BY m.id, t."Label"',
    'id',
  ),
  set(
    'WITH RECURSIVE chain AS (SELECT id, user_id FROM notes WHERE id = $1 UNION SELECT n.id, n.user_id FROM chain c JOIN notes n ON n.id = c.user_id) SELECT * FROM chain LIMIT $2',
    'id many',
  ),
  set(
    'SELECT title FROM notes WHERE user_id = $1 EXCEPT SELECT title FROM notes WHERE user_id = $2',
    'id id',
  ),
  condition('SELECT id FROM notes WHERE title LIKE $1 ORDER BY id', 'word'),
  condition('SELECT id FROM notes WHERE code NOT ILIKE $1', 'word'),
  condition('SELECT id FROM notes WHERE stars BETWEEN $1 AND $2', 'stars stars'),
  condition('SELECT id FROM notes WHERE title IS DISTINCT FROM $1', 'word'),
  condition('SELECT id FROM notes WHERE NOT (user_id = $1 OR title = $2)', 'id word'),
  condition('SELECT id FROM notes WHERE lower(title) = $1 AND user_id <> $2', 'word id'),
  condition('SELECT id FROM notes WHERE made::date = $1 OR user_id != $2', 'day id'),
  condition(
    'SELECT CASE WHEN user_id = $1 THEN title ELSE code END AS shown FROM notes ORDER BY id',
    'id',
  ),
  condition('SELECT id FROM notes WHERE coalesce(user_id, $1) = id', 'id'),
];

const insert = ofKind('INSERT … SELECT FROM unnest');
const upsert = ofKind('upsert');
const update = ofKind('UPDATE … FROM unnest');
const updateAny = ofKind('UPDATE … = ANY($1)');
const remove = ofKind('DELETE … = ANY($1)');
const removeRows = ofKind('DELETE … USING unnest');

/** Writes; those of `update` and `upsert` get each key once. */
export const writes: readonly Loop[] = [
  insert('INSERT INTO notes (user_id, title) VALUES ($1, $2)', 'id word'),
  insert(
    'INSERT INTO "notes" ("user_id","title","stars","made","code") VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING RETURNING "id", "title";',
    'id word stars date code',
  ),
  insert(
    'INSERT INTO notes (id, user_id, made, body, extra) VALUES (DEFAULT, $1, now(), $2, $3) RETURNING *',
    'id bytes json',
  ),
  insert("INSERT INTO notes (user_id, title, code) VALUES ($1, 'new', NULL)", 'id', ['new']),
  insert('INSERT INTO notes (user_id, title) VALUES ($1::int, $2::text)', 'id word'),
  insert('INSERT INTO notes (user_id, stars) VALUES ($1::int, $1)', 'id'),
  insert(
    'INSERT INTO "Tags" (note_id, "Label") VALUES ($1, $2) ON CONFLICT (note_id, "Label") DO NOTHING',
    'number label',
  ),
  upsert(
    'INSERT INTO users (id, born) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET born = EXCLUDED.born',
    'key day',
  ),
  upsert(
    'INSERT INTO "users" ("id","age","seen") VALUES ($1,$2,$3) ON CONFLICT ("id") DO UPDATE SET "age"=$2, "seen"=$3 RETURNING "id", "age"',
    'key age date',
  ),
  update('UPDATE users SET email = $1, age = $2 WHERE id = $3', 'word age key'),
  update('update "notes" set "title" = $1 where "notes"."id" = $2;', 'word key'),
  update('UPDATE notes SET stars = stars + $1, title = $2 WHERE id = $3', 'stars word key'),
  update('UPDATE notes AS n SET title = coalesce($1, title) WHERE n.id = $2', 'word key'),
  update('UPDATE notes SET stars = stars + 1 WHERE id = $1', 'key', [1]),
  update(
    'UPDATE notes SET title = $1, made = now() WHERE user_id = $2 AND code = $3 AND stars IS NOT NULL',
    'word key code',
  ),
  update('UPDATE users SET mood = $1, seen = $2 WHERE uid = $3::uuid', 'mood date uid'),
  update('UPDATE notes SET title = $1, extra = $2 WHERE id = $3 RETURNING *', 'word json key'),
  update('UPDATE users u SET age = $2::int WHERE u.id = $1 RETURNING u.id, age', 'key age'),
  updateAny('UPDATE users SET team = NULL WHERE id = $1', 'key'),
  updateAny('UPDATE notes SET title = code WHERE user_id = $1 RETURNING id', 'key'),
  remove('DELETE FROM notes WHERE user_id = $1', 'id'),
  remove('DELETE FROM notes WHERE stars IS NOT NULL AND notes.id = $1 RETURNING title', 'id'),
  remove('DELETE FROM users u USING notes n WHERE n.user_id = u.id AND n.id = $1', 'id'),
  removeRows('DELETE FROM notes WHERE user_id = $1 AND title = $2', 'id word'),
  removeRows(
    'DELETE FROM "Tags" t WHERE t.note_id = $1 AND t."Label" = $2 RETURNING *',
    'number label',
  ),
  removeRows(
    'DELETE FROM notes WHERE made < $1 AND (user_id = $2 OR title LIKE $3)',
    'date id word',
  ),
];
