import type { Scale } from '../settings.ts';

/**
 * The demonstration's rows, as INSERT statements.
 *
 * Skewed, as real data is: a few teams hold most meetings, a few meetings most notes. The same on
 * every machine and PostgreSQL version, because chance is arithmetic over row numbers and a seed.
 * The first 100 meetings are regular (ten attendees, ten notes, each by another user), so that the
 * requests of `demo.ts` always meet the same counts.
 */
export function rowsFor(scale: Scale, passwordHash: string): string[] {
  const { users, meetings, notes } = sizes[scale];
  return [
    `INSERT INTO users
     SELECT i, 1 + (i - 1) % 20, 'User ' || i, 'user' || i || '@example.com', '${passwordHash}'
     FROM generate_series(1, ${users}) i`,

    `INSERT INTO rooms
     SELECT i, 1 + (i - 1) / 12, 'Room ' || i, 4 + floor(36 * ${chance('i', 1)} ^ 3)::int
     FROM generate_series(1, 60) i`,

    `INSERT INTO meetings
     SELECT i,
       CASE WHEN i <= ${regularMeetings} THEN 1 + (i - 1) % 5
            ELSE 1 + floor(20 * ${chance('i', 2)} ^ 2)::int END,
       1 + (i * 7) % 60,
       1 + (i * 13) % ${users},
       'Meeting ' || i,
       CASE WHEN i <= ${regularMeetings} THEN timestamptz '2026-03-02 09:00Z' + i * interval '1 hour'
            ELSE timestamptz '2026-03-09 09:00Z' + floor(6000 * ${chance('i', 3)}) * interval '1 hour' END
     FROM generate_series(1, ${meetings}) i`,

    `INSERT INTO attendees
     SELECT m, 1 + (m * 10 + k) % ${users}, (ARRAY['accepted', 'declined', 'pending'])[1 + (m + k) % 3]
     FROM generate_series(1, ${meetings}) m,
       generate_series(0, CASE WHEN m <= ${regularMeetings} THEN 9
                               ELSE 1 + floor(40 * ${chance('m', 4)} ^ 4)::int END) k`,

    `INSERT INTO notes
     SELECT i, meeting_id,
       1 + (meeting_id * 10 + i % 10) % ${users},
       ${sentence('i')},
       timestamptz '2026-03-02 09:00Z' + i * interval '1 minute'
     FROM generate_series(1, ${notes}) i,
       LATERAL (SELECT CASE WHEN i <= ${regularMeetings * 10} THEN 1 + (i - 1) / 10
         ELSE ${regularMeetings + 1} + floor(${meetings - regularMeetings} * ${chance('i', 5)} ^ 3)::int
         END AS meeting_id) AS place`,

    `INSERT INTO usage
     SELECT u, date '2026-03-01' + d, floor(600 * ${chance('(u * 31 + d)', 6)} ^ 3)::int
     FROM generate_series(1, ${users}) u, generate_series(0, 89) d`,
  ];
}

/** Rows of the tables whose size is a matter of scale. */
export const sizes = Object.freeze({
  small: Object.freeze({ users: 400, meetings: 2_000, notes: 20_000 }),
  big: Object.freeze({ users: 2_000, meetings: 20_000, notes: 1_000_000 }),
});

/** One note in a thousand holds it, and no other word contains it. */
export const rareWord = 'lighthouse';

const regularMeetings = 100;
const seed = 20_260_302;

const words = (
  'budget roadmap hiring launch review metrics incident customer contract design research support ' +
  'pricing partner release security migration training onboarding feedback quarter planning forecast ' +
  'inventory delivery invoice travel venue catering agenda decision follow owner deadline risk scope'
).split(' ');

/** SQL for a number from 0 to below 1 that belongs to the row number `i` (Knuth's multiplicative hash). */
function chance(i: string, salt: number): string {
  return `(((${i}::bigint * 2654435761 + ${salt * seed}) % 4294967296) / 4294967296.0::float8)`;
}

/** SQL for fourteen words that belong to the row number `i`. */
function sentence(i: string): string {
  const list = `(ARRAY['${words.join("','")}'])`;
  const picks = Array.from(
    { length: 14 },
    (_, k) =>
      `${list}[1 + ((${i}::bigint * ${2 * k + 3} + ${i}::bigint / ${k + 2}) % ${words.length})::int]`,
  );
  const rare = `CASE WHEN ${i} % 1000 = 777 THEN ' ${rareWord}' ELSE '' END`;
  return `concat_ws(' ', ${picks.join(', ')}) || ${rare}`;
}
