import type { PoolClient } from 'pg';
import { HttpError } from '../errors.ts';
import type { Meeting } from './types.ts';

/** Nobody else changes the meeting until the transaction ends. Throws 404 for an unknown id. */
export async function lockMeeting(client: PoolClient, id: number): Promise<Meeting> {
  const { rows } = await client.query<Meeting>('SELECT * FROM meetings WHERE id = $1 FOR UPDATE', [
    id,
  ]);
  if (!rows[0]) throw new HttpError(404, `there is no meeting ${id}`);
  return rows[0];
}

export async function setOrganizer(
  client: PoolClient,
  meetingId: number,
  userId: number,
): Promise<void> {
  await client.query('UPDATE meetings SET organizer_id = $2 WHERE id = $1', [meetingId, userId]);
}
