// Puts a secret into every place where an instrumentation might pick it up: paths, query strings,
// headers, literals, parameters, comments, keys, values, documents, variables and errors, by every
// framework and driver that can run here. Nothing here is meant to leave the process.
import { once } from 'node:events';
import http from 'node:http';
import { trace } from '@opentelemetry/api';
import express from 'express';
import Fastify from 'fastify';
import graphql from 'graphql';
import Redis from 'ioredis';
import knex from 'knex';
import Koa from 'koa';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { createClient } from 'redis';
import { request } from 'undici';

const { SECRET, POSTGRES, MYSQL, REDIS } = process.env;
const secret = (place) => `${SECRET}-${place}`;
const headers = {
  authorization: `Bearer ${secret('authorization')}`,
  cookie: `sid=${secret('cookie')}`,
  'x-api-key': secret('api-key'),
  referer: `http://a.test/${secret('referer')}?t=${secret('referer-query')}`,
  baggage: `user=${secret('baggage')}`,
};
const reached = [];
/** What fails in one place must not hide the others. */
const quietly = async (work) => {
  try {
    return await work();
  } catch (error) {
    const span = trace.getActiveSpan();
    span?.recordException(error);
    span?.setStatus({ code: 2, message: error.message });
    return error;
  }
};

const statements = (kind) => [
  `SELECT '${secret(`${kind}-literal`)}' AS v`,
  `SELECT'${secret(`${kind}-glued`)}' AS v`,
  `/*${secret(`${kind}-comment`)}*/SELECT 1 AS v`,
  `SELECT 2 AS v -- ${secret(`${kind}-line-comment`)}`,
  `SELECT '${secret(`${kind}-never-closed`)}`,
];

async function usePostgres() {
  const pool = new pg.Pool({ connectionString: POSTGRES });
  for (const text of statements('pg')) await quietly(() => pool.query(text));
  await quietly(() => pool.query('SELECT $1::text AS v', [secret('pg-parameter')]));
  await quietly(() => pool.query('SELECT $1::int AS v', [secret('pg-bad-parameter')]));
  await quietly(() => pool.query(`SELECT '${secret('pg-cast')}'::int`));
  await pool.end();
  const bad = new pg.Client({
    connectionString: POSTGRES.replace('://', `://${SECRET}:${SECRET}@`).replace(/@[^/]*@/, '@'),
  });
  bad.on('error', () => undefined);
  await quietly(() => bad.connect());
  await bad.end().catch(() => undefined);
  reached.push('pg');
}

async function useKnex() {
  const db = knex({ client: 'pg', connection: POSTGRES });
  await db.raw('SELECT ?::text AS v', [secret('knex-binding')]);
  await quietly(() => db.raw(`SELECT '${secret('knex-literal')}'::int`));
  await quietly(() => db('pg_class').where({ relname: secret('knex-where') }));
  await quietly(() => db('no_table').where({ a: secret('knex-value') }));
  await db.destroy();
  reached.push('knex');
}

async function useMysql() {
  if (MYSQL === undefined) return;
  const connection = await mysql.createConnection(MYSQL);
  for (const text of statements('mysql')) await quietly(() => connection.query(text));
  await quietly(() => connection.query('SELECT ? AS v', [secret('mysql-value')]));
  await quietly(() => connection.execute('SELECT ? AS v', [secret('mysql-parameter')]));
  await quietly(() => connection.query(`SELECT "${secret('mysql-double-quotes')}" AS v`));
  await quietly(() => connection.query(`SELECT CAST('${secret('mysql-cast')}' AS nothing)`));
  await connection.end();
  reached.push('mysql2');
}

async function useRedis() {
  if (REDIS === undefined) return;
  const client = createClient({ url: REDIS });
  await client.connect();
  await client.set(secret('redis-key'), secret('redis-value'), { EX: 5 });
  await client.get(secret('redis-key'));
  await client.hSet(secret('redis-hash'), secret('redis-field'), secret('redis-field-value'));
  await quietly(() => client.get(secret('redis-hash')));
  await quietly(() => client.sendCommand([secret('redis-command'), secret('redis-argument')]));
  await client.multi().set(secret('redis-multi'), '1', { EX: 5 }).get(secret('redis-multi')).exec();
  await client.del([secret('redis-key'), secret('redis-hash')]);
  client.destroy();
  reached.push('redis');
  const io = new Redis(REDIS);
  await io.set(secret('ioredis-key'), secret('ioredis-value'), 'EX', 5);
  await io.get(secret('ioredis-key'));
  await quietly(() => io.call(secret('ioredis-command'), secret('ioredis-argument')));
  await quietly(() => io.eval(`return redis.error_reply('${secret('ioredis-script')}')`, 0));
  await io.pipeline().get(secret('ioredis-pipeline')).exec();
  io.disconnect();
  reached.push('ioredis');
}

async function useGraphql() {
  const schema = graphql.buildSchema('type Query { user(name: String): String }');
  const rootValue = {
    user({ name }) {
      throw new Error(`no user "${name}"`);
    },
  };
  const sources = [
    `{ user(name: "${secret('graphql-literal')}") }`,
    `{ user(name: """${secret('graphql-block')}""") } # ${secret('graphql-comment')}`,
    `query Q($n: String) { user(name: $n) }`,
    `{ ${secret('graphql-field').replaceAll('-', '_')} }`,
    `{ user(name: "${secret('graphql-never-closed')}`,
  ];
  for (const source of sources) {
    const variableValues = { n: secret('graphql-variable') };
    await graphql.graphql({ schema, source, rootValue, variableValues });
  }
  reached.push('graphql');
}

async function callOut(address) {
  const path = `/out/${secret('path')}/x?token=${secret('query')}#${secret('fragment')}`;
  await (await fetch(`${address}${path}`, { headers })).text();
  await (await request(`${address}${path}`, { headers })).body.text();
  await quietly(() => fetch(`http://127.0.0.1:9/${secret('refused')}`));
  await quietly(() => request(`http://127.0.0.1:9/${secret('undici-refused')}?a=${SECRET}`));
  const outgoing = http.get(`${address.replace('://', `://me:${secret('password')}@`)}${path}`, {
    headers,
  });
  const [response] = await once(outgoing, 'response');
  response.resume();
  await once(response, 'end');
  reached.push('fetch', 'undici', 'http');
}

const work = async (address) => {
  for (const use of [usePostgres, useKnex, useMysql, useRedis, useGraphql]) {
    const error = await quietly(use);
    if (error !== undefined) reached.push(`${use.name}: ${error.message}`);
  }
  await callOut(address);
};

const plain = http.createServer((incoming, response) => response.end('plain'));
plain.listen(0, '127.0.0.1');
await once(plain, 'listening');
const addressOf = (server) => `http://127.0.0.1:${server.address().port}`;

const app = express();
app.get('/orders/:token', async (incoming, response) => {
  await work(addressOf(plain));
  response.end('done');
});
app.get('/fails/:token', () => {
  throw new Error(`no "${secret('thrown')}", Key (a)=(${secret('thrown-key')})`);
});
app.use((error, incoming, response, _next) => response.status(500).end('failed'));
const expressServer = app.listen(0, '127.0.0.1');
await once(expressServer, 'listening');

const fastify = Fastify();
fastify.get('/fastify/:token', async () => 'done');
fastify.get('/fails/:token', async () => {
  throw new Error(`no "${secret('fastify-thrown')}"`);
});
await fastify.listen({ port: 0, host: '127.0.0.1' });

const koa = new Koa();
koa.silent = true;
koa.use((context) => {
  if (context.path.startsWith('/fails')) throw new Error(`no '${secret('koa-thrown')}'`);
  context.body = 'done';
});
const koaServer = koa.listen(0, '127.0.0.1');
await once(koaServer, 'listening');

const token = `${secret('incoming')}?token=${secret('incoming-query')}`;
const visits = [
  [expressServer, ['/orders', '/fails', '/nowhere']],
  [fastify.server, ['/fastify', '/fails', '/nowhere']],
  [koaServer, ['/koa', '/fails']],
  [plain, ['/plain']],
];
for (const [server, paths] of visits) {
  for (const path of paths)
    await (await fetch(`${addressOf(server)}${path}/${token}`, { headers })).text();
}
process.send({ reached });
for (const [server] of visits) {
  server.close();
  server.closeAllConnections();
}
process.disconnect();
