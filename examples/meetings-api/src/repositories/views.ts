import type { Pool } from 'pg';

/** Counts a look at a meeting. */
export async function countView(pool: Pool, meetingId: number): Promise<void> {
  await pool.query(
    'INSERT INTO views (meeting_id, count) VALUES ($1, 1) ON CONFLICT (meeting_id) DO UPDATE SET count = views.count + 1',
    [meetingId],
  );
}
