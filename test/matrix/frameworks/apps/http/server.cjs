const http = require('node:http');
const pg = require('pg');

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

async function author(id) {
  const { rows } = await pool.query('SELECT name FROM authors WHERE id = $1', [id]);
  return rows[0];
}

async function books() {
  const { rows: authors } = await pool.query('SELECT id FROM authors ORDER BY id');
  const titles = [];
  for (const { id } of authors) {
    const { rows } = await pool.query('SELECT title FROM books WHERE author_id = $1', [id]); // the loop
    titles.push(rows);
  }
  return titles;
}

async function answer(path) {
  if (path === '/authors') return books();
  const [, id] = /^\/authors\/(\d+)$/.exec(path) ?? [];
  return id === undefined ? undefined : author(id);
}

const server = http.createServer(async (request, response) => {
  const body = await answer(request.url);
  response.statusCode = body === undefined ? 404 : 200;
  response.end(JSON.stringify(body ?? 'not found'));
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
