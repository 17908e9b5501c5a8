// One job that asks the database again and again, some of it on purpose.
import { trace } from '@opentelemetry/api';
import { allowRepeats } from '@spandrel/bootstrap';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
await trace.getTracer('app').startActiveSpan('job', async (job) => {
  for (const id of [1, 2, 2]) await pool.query('SELECT $1::int AS given', [id]);
  for (const id of [1, '2'])
    await pool.query(`SELECT relname AS inlined FROM pg_class WHERE oid = ${id}`);
  for (let i = 0; i < 2; i++) await pool.query('SELECT $1::json AS opaque', [{ i }]);
  await pool.query('SELECT $1::int AS once', [1]);
  await pool.query({ text: 'SELECT n AS rows FROM generate_series(1, $1::int) n', values: [9] });
  await allowRepeats('prices change by the second', async () => {
    for (let i = 0; i < 2; i++) await pool.query('SELECT $1::int AS allowed', [i]);
  });
  job.end();
});
await pool.end();
