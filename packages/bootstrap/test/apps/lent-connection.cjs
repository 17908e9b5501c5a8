// Two requests take turns on one connection, and a job outside of any waits for it with them.
const { trace } = require('@opentelemetry/api');
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
const tracer = trace.getTracer('test');
const request = (name) =>
  tracer.startActiveSpan(name, { kind: 1, root: true }, async (span) => {
    await pool.query(`select 1 as ${name}`);
    await pool.query(`select 2 as ${name}`);
    span.end();
  });
const job = () =>
  new Promise((resolve) =>
    pool.query('select 1 as job', () => pool.query('select 2 as job', resolve)),
  );

Promise.all([request('a'), job(), request('b'), job()]).then(() => pool.end());
