import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
const app = Fastify();

app.get('/authors/:id', async (request) => {
  const { rows } = await pool.query('SELECT name FROM authors WHERE id = $1', [request.params.id]);
  return rows[0];
});

app.get('/authors', async () => {
  const { rows: authors } = await pool.query('SELECT id FROM authors ORDER BY id');
  const titles = [];
  for (const { id } of authors) {
    const { rows } = await pool.query('SELECT title FROM books WHERE author_id = $1', [id]); // the loop
    titles.push(rows);
  }
  return titles;
});

app
  .listen({ port: 0, host: '127.0.0.1' })
  .then(() => process.send({ port: app.server.address().port }));
