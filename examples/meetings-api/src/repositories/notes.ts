import type { Pool } from 'pg';
import type { Note } from './types.ts';

export async function notesOf(pool: Pool, meetingId: number): Promise<Note[]> {
  const { rows } = await pool.query<Note>('SELECT * FROM notes WHERE meeting_id = $1 ORDER BY id', [
    meetingId,
  ]);
  return rows;
}

export async function findAuthor(pool: Pool, userId: number): Promise<string | null> {
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM users WHERE id = $1', [
    userId,
  ]);
  return rows[0]?.name ?? null;
}

/** What the author of a note had answered to the invitation; null when not invited. */
export async function findResponse(
  pool: Pool,
  meetingId: number,
  userId: number,
): Promise<string | null> {
  const { rows } = await pool.query<{ response: string }>(
    'SELECT response FROM attendees WHERE meeting_id = $1 AND user_id = $2',
    [meetingId, userId],
  );
  return rows[0]?.response ?? null;
}

export type NoteWithAuthor = Note & { author: string | null; response: string | null };

export async function notesWithAuthors(pool: Pool, meetingId: number): Promise<NoteWithAuthor[]> {
  const { rows } = await pool.query<NoteWithAuthor>(
    `SELECT n.*, u.name AS author, a.response
     FROM notes n
     LEFT JOIN users u ON u.id = n.author_id
     LEFT JOIN attendees a ON a.meeting_id = n.meeting_id AND a.user_id = n.author_id
     WHERE n.meeting_id = $1 ORDER BY n.id`,
    [meetingId],
  );
  return rows;
}
