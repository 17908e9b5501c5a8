import type { Pool } from 'pg';
import { HttpError } from '../errors.ts';
import type { User } from './types.ts';

/** Throws 404 for an unknown id. */
export async function getUser(pool: Pool, id: number): Promise<User> {
  const { rows } = await pool.query<User>(
    'SELECT id, team_id, name, email FROM users WHERE id = $1',
    [id],
  );
  if (!rows[0]) throw new HttpError(404, `there is no user ${id}`);
  return rows[0];
}

export async function findLogin(
  pool: Pool,
  email: string,
): Promise<{ id: number; password_hash: string } | undefined> {
  const { rows } = await pool.query<{ id: number; password_hash: string }>(
    'SELECT id, password_hash FROM users WHERE email = $1',
    [email],
  );
  return rows[0];
}
