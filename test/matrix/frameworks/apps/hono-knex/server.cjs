const { serve } = require('@hono/node-server');
const { Hono } = require('hono');
const knex = require('knex');

const db = knex({ client: 'pg', connection: process.env.DATABASE_URL });
const app = new Hono();

app.get('/authors/:id', async (context) => {
  return context.json(
    await db('authors')
      .select('name')
      .where({ id: context.req.param('id') }),
  );
});

app.get('/authors', async (context) => {
  const authors = await db('authors').select('id').orderBy('id');
  const titles = [];
  for (const { id } of authors) {
    titles.push(await db('books').select('title').where({ author_id: id })); // the loop
  }
  return context.json(titles);
});

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => process.send({ port }));
