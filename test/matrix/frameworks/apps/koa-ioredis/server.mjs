import Koa from 'koa';
import Router from '@koa/router';
import { Redis } from 'ioredis';

const prefix = process.env.REDIS_PREFIX;
const redis = new Redis(process.env.REDIS_URL);
const app = new Koa();
const router = new Router();

router.get('/authors/:id', async (context) => {
  context.body = { name: await redis.get(`${prefix}:author:${context.params.id}`) };
});

router.get('/authors', async (context) => {
  const ids = await redis.lrange(`${prefix}:authors`, 0, -1);
  const titles = [];
  for (const id of ids) {
    titles.push(await redis.get(`${prefix}:book:${id}`)); // the loop
  }
  context.body = titles;
});

app.use(router.routes());
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
