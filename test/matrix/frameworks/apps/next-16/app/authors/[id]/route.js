import { pool } from '../../../database/pool.js';

export async function GET(request, { params }) {
  const { id } = await params;
  const { rows } = await pool.query('SELECT name FROM authors WHERE id = $1', [id]);
  return Response.json(rows[0]);
}
