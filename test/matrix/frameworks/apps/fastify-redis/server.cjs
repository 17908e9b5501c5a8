const Fastify = require('fastify');
const { createClient } = require('redis');

const prefix = process.env.REDIS_PREFIX;
const redis = createClient({ url: process.env.REDIS_URL });
const app = Fastify();

app.get('/authors/:id', async (request) => ({
  name: await redis.get(`${prefix}:author:${request.params.id}`),
}));

app.get('/authors', async () => {
  const ids = await redis.lRange(`${prefix}:authors`, 0, -1);
  const titles = [];
  for (const id of ids) {
    titles.push(await redis.get(`${prefix}:book:${id}`)); // the loop
  }
  return titles;
});

redis
  .connect()
  .then(() => app.listen({ port: 0, host: '127.0.0.1' }))
  .then(() => process.send({ port: app.server.address().port }));
