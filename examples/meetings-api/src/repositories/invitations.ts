import type { PoolClient } from 'pg';

export interface Invitation {
  user_id: number;
  response: string;
}

/** Who was invited before keeps the answer given. */
export async function inviteOneByOne(
  client: PoolClient,
  meetingId: number,
  userIds: number[],
): Promise<Invitation[]> {
  const invitations: Invitation[] = [];
  for (const userId of userIds) {
    const { rows } = await client.query<Invitation>(
      `INSERT INTO attendees (meeting_id, user_id, response) VALUES ($1, $2, 'pending')
       ON CONFLICT (meeting_id, user_id) DO UPDATE SET response = attendees.response
       RETURNING user_id, response`,
      [meetingId, userId],
    );
    invitations.push(...rows);
  }
  return invitations;
}

export async function inviteAll(
  client: PoolClient,
  meetingId: number,
  userIds: number[],
): Promise<Invitation[]> {
  const { rows } = await client.query<Invitation>(
    `INSERT INTO attendees (meeting_id, user_id, response)
     SELECT $1, user_id, 'pending' FROM unnest($2::int[]) AS user_id
     ON CONFLICT (meeting_id, user_id) DO UPDATE SET response = attendees.response
     RETURNING user_id, response`,
    [meetingId, userIds],
  );
  return rows;
}
