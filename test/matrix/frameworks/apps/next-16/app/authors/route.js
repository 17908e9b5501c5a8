import { pool } from '../../database/pool.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  const { rows: authors } = await pool.query('SELECT id FROM authors ORDER BY id');
  const titles = [];
  for (const { id } of authors) {
    const { rows } = await pool.query('SELECT title FROM books WHERE author_id = $1', [id]); // the loop
    titles.push(rows);
  }
  return Response.json(titles);
}
