import { oneOf } from '../random.ts';
import type { Random } from './proof-database.ts';

/** `?` is a value of the domain beside it; it may come again under its old number. */
type Piece = readonly [sql: string, ...domains: string[]];

const froms = [
  'notes n JOIN users u ON u.id = n.user_id',
  'notes AS n LEFT JOIN users AS u ON u.id = n.user_id',
  'users u, notes n',
  'users u INNER JOIN (SELECT * FROM notes) n ON n.user_id = u.id',
];

const lists = [
  'n.id, u.name',
  'u.*, n.*',
  'DISTINCT n.id, n.title',
  'n.id, count(*) OVER (PARTITION BY u.id) AS n',
];
const grouped = ['u.id, count(*), max(n.title)', 'u.id, count(DISTINCT n.code) AS codes'];

const conditions: readonly Piece[] = [
  ['u.id = ?', 'id'],
  ['u.age < ?', 'age'],
  ['u.name LIKE ?', 'word'],
  ['u.born BETWEEN ? AND ?', 'day', 'day'],
  ['u.team IN (?)', 'id'],
  ['lower(u.email) <> ?', 'word'],
  ['u.mood IS NOT DISTINCT FROM ?', 'mood'],
  ['NOT u.age >= ?', 'age'],
  ['u.id = ?::int', 'id'],
  ['EXISTS (SELECT 1 FROM notes x WHERE x.user_id = u.id AND x.stars > ?)', 'stars'],
  ['u.id IN (SELECT x.user_id FROM notes x WHERE x.title = ?)', 'word'],
  ['n.title IS NOT NULL'],
  ['u.seen <= ?', 'date'],
];

/** A read of users and notes with one to four conditions, and what its values are. */
export function randomRead(random: Random): { sql: string; values: string[] } {
  const values: string[] = [];
  const numbered = ([sql, ...domains]: Piece): string =>
    domains.reduce((text, domain) => {
      const known = values.indexOf(domain);
      const again = known >= 0 && domain !== 'id' && random() < 0.3;
      const number = again ? known + 1 : values.push(domain);
      return text.replace('?', `$${number}`);
    }, sql);
  const isGrouped = random() < 0.25;
  const list = oneOf(random, isGrouped ? grouped : lists);
  let where = numbered(oneOf(random, conditions));
  for (let more = Math.floor(random() * 4); more > 0; more--) {
    const next = numbered(oneOf(random, conditions));
    const joined = `${where} ${random() < 0.7 ? 'AND' : 'OR'} ${next}`;
    where = random() < 0.3 ? `(${joined})` : joined;
  }
  let sql = `SELECT ${list} FROM ${oneOf(random, froms)} WHERE ${where}`;
  if (isGrouped) sql += ' GROUP BY u.id';
  if (isGrouped && random() < 0.5) sql += numbered([' HAVING count(*) > ?', 'few']);
  if (random() < 0.6) {
    sql += isGrouped
      ? ' ORDER BY u.id'
      : ' ORDER BY n.id, u.id'.replace(list.startsWith('DISTINCT') ? ', u.id' : '', '');
    if (random() < 0.5) sql += numbered([' LIMIT ?', 'few']);
  }
  return { sql, values };
}
