import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
const app = new Hono();

app.get('/authors/:id', async (context) => {
  const id = context.req.param('id');
  const { rows } = await pool.query('SELECT name FROM authors WHERE id = $1', [id]);
  return context.json(rows[0]);
});

app.get('/authors', async (context) => {
  const { rows: authors } = await pool.query('SELECT id FROM authors ORDER BY id');
  const titles = [];
  for (const { id } of authors) {
    const { rows } = await pool.query('SELECT title FROM books WHERE author_id = $1', [id]); // the loop
    titles.push(rows);
  }
  return context.json(titles);
});

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send({ port }));
