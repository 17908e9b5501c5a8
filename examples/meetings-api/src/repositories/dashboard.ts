import type { Pool } from 'pg';

export interface Organized {
  count: number;
  rank: number | null;
}

/** How many meetings the user organized, and the place that gives among all who organize. */
export async function countOrganized(pool: Pool, userId: number): Promise<Organized> {
  const { rows } = await pool.query<Organized>(
    `SELECT count, rank FROM (
       SELECT m.organizer_id, count(DISTINCT m.id)::int AS count,
         rank() OVER (ORDER BY count(DISTINCT m.id) DESC)::int AS rank
       FROM meetings m JOIN attendees a ON a.meeting_id = m.id GROUP BY m.organizer_id
     ) AS organizers WHERE organizer_id = $1`,
    [userId],
  );
  return rows[0] ?? { count: 0, rank: null };
}

/** Everybody's answers to invitations. */
export async function countResponses(pool: Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ response: string; count: number }>(
    'SELECT response, count(*)::int FROM attendees GROUP BY response ORDER BY response',
  );
  return Object.fromEntries(rows.map(({ response, count }) => [response, count]));
}

/** How many guests meetings have, by the hour at which they start. */
export async function guestsByHour(pool: Pool): Promise<{ hour: number; guests: number }[]> {
  const { rows } = await pool.query<{ hour: number; guests: number }>(
    `SELECT extract(hour FROM m.starts_at)::int AS hour, count(*)::int AS guests
     FROM meetings m JOIN attendees a ON a.meeting_id = m.id GROUP BY hour ORDER BY hour`,
  );
  return rows;
}

/** The same by building. */
export async function guestsByBuilding(
  pool: Pool,
): Promise<{ building_id: number; guests: number }[]> {
  const { rows } = await pool.query<{ building_id: number; guests: number }>(
    `SELECT r.building_id, count(*)::int AS guests
     FROM attendees a JOIN meetings m ON m.id = a.meeting_id JOIN rooms r ON r.id = m.room_id
     GROUP BY r.building_id ORDER BY r.building_id`,
  );
  return rows;
}
