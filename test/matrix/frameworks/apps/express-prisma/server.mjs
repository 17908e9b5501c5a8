import express from 'express';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '@prisma/client';

const adapter = new PrismaPg(
  { connectionString: process.env.DATABASE_URL },
  { schema: process.env.DATABASE_SCHEMA },
);
const prisma = new PrismaClient({ adapter });
const app = express();

app.get('/authors/:id', async (request, response) => {
  const id = Number(request.params.id);
  response.json(await prisma.author.findUnique({ where: { id } }));
});

app.get('/authors', async (request, response) => {
  const authors = await prisma.author.findMany({ select: { id: true } });
  const titles = [];
  for (const { id } of authors) {
    titles.push(await prisma.book.findMany({ where: { authorId: id } })); // the loop
  }
  response.json(titles);
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
