import type { Pool } from 'pg';
import type { Note } from './types.ts';

export interface FoundNotes {
  total: number;
  notes: Note[];
}

type Row = Note & { total: number };

/** Reads every note: no index helps a pattern that begins with %. */
export async function searchByPattern(
  pool: Pool,
  words: string,
  size: number,
  offset: number,
): Promise<FoundNotes> {
  const { rows } = await pool.query<Row>(
    `SELECT *, count(*) OVER ()::int AS total FROM notes
     WHERE body ILIKE $1 ORDER BY created_at DESC LIMIT $2 OFFSET $3`,
    [`%${words.replaceAll(/[\\%_]/g, '\\$&')}%`, size, offset],
  );
  return found(rows);
}

/** Reads the index on the words of the notes; finds whole words, not parts of them. */
export async function searchByWords(
  pool: Pool,
  words: string,
  size: number,
  offset: number,
): Promise<FoundNotes> {
  const { rows } = await pool.query<Row>(
    `SELECT *, count(*) OVER ()::int AS total FROM notes
     WHERE to_tsvector('simple', body) @@ plainto_tsquery('simple', $1)
     ORDER BY created_at DESC LIMIT $2 OFFSET $3`,
    [words, size, offset],
  );
  return found(rows);
}

function found(rows: Row[]): FoundNotes {
  const notes = rows.map((row) => {
    const { total: _, ...note } = row;
    return note;
  });
  return { total: rows[0]?.total ?? 0, notes };
}
