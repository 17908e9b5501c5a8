import http from 'node:http';
import DataLoader from 'dataloader';
import { buildSchema, graphql } from 'graphql';
import pino from 'pino';
import Router from 'router';
import { request as undiciRequest } from 'undici';
import winston from 'winston';

const schema = buildSchema('type Query { author(id: Int): Author } type Author { name: String }');
const pinoLogger = pino();
const winstonLogger = winston.createLogger({ transports: [new winston.transports.Console()] });
const router = Router();

router.get('/everything/:id', async (request, response) => {
  const authors = new DataLoader(async (ids) => ids.map((id) => ({ name: () => `author ${id}` })));
  const rootValue = { author: ({ id }) => authors.load(id) };
  const { data } = await graphql({ schema, source: '{ author(id: 7) { name } }', rootValue });
  const { port } = server.address();
  await (await fetch(`http://127.0.0.1:${port}/nothing`)).text();
  await (await undiciRequest(`http://127.0.0.1:${port}/nothing`)).body.text();
  pinoLogger.info('told by pino');
  winstonLogger.info('told by winston');
  response.end(JSON.stringify(data));
});

const server = http.createServer((request, response) => {
  router(request, response, () => {
    response.statusCode = 404;
    response.end();
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
