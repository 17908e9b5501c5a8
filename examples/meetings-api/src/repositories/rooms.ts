import type { Pool } from 'pg';
import { HttpError } from '../errors.ts';
import type { Meeting, Room } from './types.ts';

export async function allRooms(pool: Pool): Promise<Room[]> {
  const { rows } = await pool.query<Room>('SELECT * FROM rooms ORDER BY id');
  return rows;
}

export async function roomsOfBuilding(pool: Pool, buildingId: number): Promise<Room[]> {
  const { rows } = await pool.query<Room>(
    'SELECT * FROM rooms WHERE building_id = $1 ORDER BY id',
    [buildingId],
  );
  return rows;
}

/** In the order of their ids. */
export async function roomsByIds(pool: Pool, ids: number[]): Promise<Room[]> {
  const { rows } = await pool.query<Room>(
    'SELECT * FROM rooms WHERE id = ANY($1::int[]) ORDER BY id',
    [ids],
  );
  return rows;
}

/** Throws 404 for an unknown id. */
export async function setCapacity(pool: Pool, id: number, capacity: number): Promise<Room> {
  const { rows } = await pool.query<Room>(
    'UPDATE rooms SET capacity = $2 WHERE id = $1 RETURNING *',
    [id, capacity],
  );
  if (!rows[0]) throw new HttpError(404, `there is no room ${id}`);
  return rows[0];
}

type NextMeeting = Pick<Meeting, 'id' | 'title' | 'starts_at'>;

/** Null when the room is free from then on. */
export async function nextMeetingIn(
  pool: Pool,
  roomId: number,
  after: Date,
): Promise<NextMeeting | null> {
  const { rows } = await pool.query<NextMeeting>(
    `SELECT id, title, starts_at FROM meetings
     WHERE room_id = $1 AND starts_at >= $2 ORDER BY starts_at, id LIMIT 1`,
    [roomId, after],
  );
  return rows[0] ?? null;
}

/** The same for several rooms at once, by room id. */
export async function nextMeetingInEach(
  pool: Pool,
  roomIds: number[],
  after: Date,
): Promise<Map<number, NextMeeting>> {
  const { rows } = await pool.query<NextMeeting & { room_id: number }>(
    `SELECT DISTINCT ON (room_id) room_id, id, title, starts_at FROM meetings
     WHERE room_id = ANY($1::int[]) AND starts_at >= $2 ORDER BY room_id, starts_at, id`,
    [roomIds, after],
  );
  return new Map(rows.map(({ room_id, ...meeting }) => [room_id, meeting]));
}
