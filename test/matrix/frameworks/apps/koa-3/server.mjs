import Koa from 'koa';
import Router from '@koa/router';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
const app = new Koa();
const router = new Router();

router.get('/authors/:id', async (context) => {
  const { rows } = await pool.query('SELECT name FROM authors WHERE id = $1', [context.params.id]);
  context.body = rows[0];
});

router.get('/authors', async (context) => {
  const { rows: authors } = await pool.query('SELECT id FROM authors ORDER BY id');
  const titles = [];
  for (const { id } of authors) {
    const { rows } = await pool.query('SELECT title FROM books WHERE author_id = $1', [id]); // the loop
    titles.push(rows);
  }
  context.body = titles;
});

app.use(router.routes());
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
