import type { Pool } from 'pg';

export interface UsageReport {
  readonly months: Figures;
  readonly weeks: Figures;
  readonly weekdays: Figures;
  readonly busiestDays: Figures;
  readonly teams: Figures;
  readonly busiestTeamDays: Figures;
}

type Figures = Record<string, string | number>[];

const figures = `sum(g.minutes)::int AS minutes, round(avg(g.minutes), 1)::float8 AS average,
  max(g.minutes) AS most`;
const usageSince = `FROM usage g JOIN users u ON u.id = g.user_id WHERE g.day >= $1::date`;

/** Six queries at once, each over all rows since `from`. */
export async function reportByParts(pool: Pool, from: Date): Promise<UsageReport> {
  const ask = async (sql: string): Promise<Figures> => (await pool.query(sql, [from])).rows;
  const [months, weeks, weekdays, busiestDays, teams, busiestTeamDays] = await Promise.all([
    ask(`SELECT to_char(g.day, 'YYYY-MM') AS month, ${figures} ${usageSince}
         GROUP BY month ORDER BY month`),
    ask(`SELECT to_char(g.day, 'IYYY-IW') AS week, ${figures} ${usageSince}
         GROUP BY week ORDER BY week`),
    ask(`SELECT extract(isodow FROM g.day)::int AS weekday, ${figures} ${usageSince}
         GROUP BY weekday ORDER BY weekday`),
    ask(`SELECT g.day::text AS day, ${figures} ${usageSince}
         GROUP BY g.day ORDER BY minutes DESC, g.day LIMIT 5`),
    ask(`SELECT u.team_id AS team, ${figures} ${usageSince}
         GROUP BY u.team_id ORDER BY u.team_id`),
    ask(`SELECT u.team_id AS team, g.day::text AS day, ${figures} ${usageSince}
         GROUP BY u.team_id, g.day ORDER BY minutes DESC, u.team_id, g.day LIMIT 5`),
  ]);
  return { months, weeks, weekdays, busiestDays, teams, busiestTeamDays };
}

/** The same by one query, which reads the rows once and adds up what it made of them. */
export async function reportTogether(pool: Pool, from: Date): Promise<UsageReport> {
  const { rows } = await pool.query<UsageReport>(
    `WITH daily AS MATERIALIZED (
       SELECT u.team_id, g.day, sum(g.minutes) AS sum, count(*) AS rows, max(g.minutes) AS most
       ${usageSince} GROUP BY u.team_id, g.day
     )
     SELECT
       ${part(`to_char(day, 'YYYY-MM') AS month`, 'GROUP BY month ORDER BY month')} AS months,
       ${part(`to_char(day, 'IYYY-IW') AS week`, 'GROUP BY week ORDER BY week')} AS weeks,
       ${part(
         'extract(isodow FROM day)::int AS weekday',
         'GROUP BY weekday ORDER BY weekday',
       )} AS weekdays,
       ${part('day', 'GROUP BY day ORDER BY minutes DESC, day LIMIT 5')} AS "busiestDays",
       ${part('team_id AS team', 'GROUP BY team_id ORDER BY team_id')} AS teams,
       ${part(
         'team_id AS team, day',
         'GROUP BY team_id, day ORDER BY minutes DESC, team_id, day LIMIT 5',
       )} AS "busiestTeamDays"`,
    [from],
  );
  return rows[0]!;
}

function part(key: string, grouping: string): string {
  return `(SELECT json_agg(part) FROM (
    SELECT ${key}, sum(sum)::int AS minutes,
      round(sum(sum)::numeric / sum(rows), 1)::float8 AS average, max(most) AS most
    FROM daily ${grouping}) AS part)`;
}
