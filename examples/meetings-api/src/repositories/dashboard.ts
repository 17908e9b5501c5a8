import type { Pool } from 'pg';

export async function countOrganized(pool: Pool, userId: number): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM meetings WHERE organizer_id = $1',
    [userId],
  );
  return rows[0]?.count ?? 0;
}

export async function countResponses(pool: Pool, userId: number): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ response: string; count: number }>(
    'SELECT response, count(*)::int FROM attendees WHERE user_id = $1 GROUP BY response ORDER BY response',
    [userId],
  );
  return Object.fromEntries(rows.map(({ response, count }) => [response, count]));
}

export async function busiestDays(
  pool: Pool,
  userId: number,
): Promise<{ day: string; minutes: number }[]> {
  const { rows } = await pool.query<{ day: string; minutes: number }>(
    'SELECT day::text, minutes FROM usage WHERE user_id = $1 ORDER BY minutes DESC, day LIMIT 5',
    [userId],
  );
  return rows;
}

export async function largestRooms(pool: Pool): Promise<{ name: string; capacity: number }[]> {
  const { rows } = await pool.query<{ name: string; capacity: number }>(
    'SELECT name, capacity FROM rooms ORDER BY capacity DESC, id LIMIT 3',
  );
  return rows;
}
