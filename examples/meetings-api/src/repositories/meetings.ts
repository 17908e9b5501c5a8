import type { Pool } from 'pg';
import { HttpError } from '../errors.ts';
import type { Meeting } from './types.ts';

/** Throws 404 for an unknown id. */
export async function getMeeting(pool: Pool, id: number): Promise<Meeting> {
  const { rows } = await pool.query<Meeting>('SELECT * FROM meetings WHERE id = $1', [id]);
  if (!rows[0]) throw new HttpError(404, `there is no meeting ${id}`);
  return rows[0];
}

export async function pageOfMeetings(
  pool: Pool,
  size: number,
  offset: number,
): Promise<{ total: number; meetings: Meeting[] }> {
  const counted = await pool.query<{ total: number }>(
    'SELECT count(*)::int AS total FROM meetings',
  );
  const { rows } = await pool.query<Meeting>(
    'SELECT * FROM meetings ORDER BY starts_at, id LIMIT $1 OFFSET $2',
    [size, offset],
  );
  return { total: counted.rows[0]?.total ?? 0, meetings: rows };
}

/** The next twelve meetings of a team. */
export async function upcomingOfTeam(pool: Pool, teamId: number, from: Date): Promise<Meeting[]> {
  const { rows } = await pool.query<Meeting>(
    'SELECT * FROM meetings WHERE team_id = $1 AND starts_at >= $2 ORDER BY starts_at, id LIMIT 12',
    [teamId, from],
  );
  return rows;
}
