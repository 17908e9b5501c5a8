// An application that puts a secret into every place where an instrumentation might pick it up.
// The words come from the test through the environment; nothing here is meant to leave the process.
import { trace } from '@opentelemetry/api';
import express from 'express';
import pg from 'pg';

const secret = (place) => `${process.env.SECRET}-${place}`;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4 });
const app = express();

const statements = [
  `SELECT '${secret('literal')}' AS v`,
  `SELECT'${secret('behind-the-verb')}' AS v`,
  `/*${secret('leading-comment')}*/SELECT 1 AS v`,
  `SELECT 2 AS v -- ${secret('line-comment')}`,
  `SELECT E'it\\'s ${secret('escape-string')}' AS v`,
  `SELECT $tag$${secret('dollar-quoted')}$tag$ AS v`,
  `SELECT U&'${secret('unicode-string')}' AS v`,
  `SELECT 4 /* outer /* ${secret('nested-comment')} */ still outer */ AS v`,
];
const failing = [`SELECT '${secret('cast')}'::int`, `SELECT '${secret('never-closed')}`];

app.get('/secrets/:id', async function secrets(request, response) {
  for (const text of statements) await pool.query(text);
  await pool.query('SELECT $1::text AS v', [secret('parameter')]);
  for (let i = 0; i < 8; i++) {
    await pool.query(`SELECT oid FROM pg_class WHERE relname = '${secret(`loop-${i}`)}'`);
  }
  // Repeated, so that hashes of the values are written.
  for (let i = 0; i < 3; i++) {
    await pool.query('SELECT $1::text AS v, $2::text[] AS w', [
      secret('repeated-parameter'),
      [secret(`array-${i}`)],
    ]);
    await pool.query({
      text: 'SELECT $1::bytea AS v, $2::json AS w',
      values: [Buffer.from(secret('bytes')), { secret: secret('object') }],
    });
  }
  for (const text of failing) await pool.query(text).catch(() => undefined);
  await pool.query('SELECT $1::int AS v', [secret('bad-parameter')]).catch((error) => {
    const span = trace.getActiveSpan();
    span?.recordException(error);
    span?.setStatus({ code: 2, message: error.message });
  });
  await fetch(
    `${address()}/other/${secret('outgoing-path')}?token=${secret('outgoing-query')}`,
  ).catch(() => undefined);
  response.end('done');
});
app.get('/other/:id', (request, response) => response.end('other'));
app.get('/fails/:id', async function fails() {
  await pool.query(`SELECT '${secret('thrown')}'::int`);
});
app.use((error, request, response, _next) => response.status(500).end('failed'));

const server = app.listen(0, '127.0.0.1', () => process.send({ url: address() }));
const address = () => `http://127.0.0.1:${server.address().port}`;
// The command line itself is a place too: the test passes the secret as an argument.
process.on('message', async () => {
  server.close();
  server.closeAllConnections();
  await pool.end();
  process.disconnect();
});
