import type { Pool } from 'pg';

export interface UsageRow {
  user_id: number;
  day: string;
  minutes: number;
}

export interface DayOfUsage {
  day: string;
  users: number;
  minutes: number;
}

/** A row per user and day, since `from`. */
export async function allUsage(pool: Pool, from: Date): Promise<UsageRow[]> {
  const { rows } = await pool.query<UsageRow>(
    'SELECT user_id, day::text, minutes FROM usage WHERE day >= $1::date ORDER BY day, user_id',
    [from],
  );
  return rows;
}

/** A row per day, since `from`. */
export async function usageByDay(pool: Pool, from: Date): Promise<DayOfUsage[]> {
  const { rows } = await pool.query<DayOfUsage>(
    `SELECT day::text, count(*)::int AS users, sum(minutes)::int AS minutes
     FROM usage WHERE day >= $1::date GROUP BY day ORDER BY day`,
    [from],
  );
  return rows;
}
