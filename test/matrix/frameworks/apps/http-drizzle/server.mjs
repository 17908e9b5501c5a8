import http from 'node:http';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import pg from 'pg';

const authors = pgTable('authors', { id: integer().primaryKey(), name: text() });
const books = pgTable('books', {
  id: integer().primaryKey(),
  authorId: integer('author_id'),
  title: text(),
});
const db = drizzle(new pg.Pool({ connectionString: process.env.DATABASE_URL }));

async function allTitles() {
  const titles = [];
  for (const { id } of await db.select({ id: authors.id }).from(authors)) {
    titles.push(await db.select({ title: books.title }).from(books).where(eq(books.authorId, id))); // the loop
  }
  return titles;
}

async function answer(path) {
  if (path === '/authors') return allTitles();
  const [, id] = /^\/authors\/(\d+)$/.exec(path) ?? [];
  return id === undefined
    ? undefined
    : db
        .select()
        .from(authors)
        .where(eq(authors.id, Number(id)));
}

const server = http.createServer(async (request, response) => {
  const body = await answer(request.url);
  response.statusCode = body === undefined ? 404 : 200;
  response.end(JSON.stringify(body ?? 'not found'));
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
