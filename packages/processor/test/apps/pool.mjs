// Queries in the styles people write, each request under a root span of its own. Tells the findings'
// call sites as one JSON line. Lines that should be found carry a mark that the test looks up.
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { SpandrelProcessor } from '@spandrel/processor';
import { createRequire } from 'node:module';

const findings = [];
const processor = new SpandrelProcessor({
  onFinding: ({ finding }) => findings.push(finding),
  // A busy machine makes anything slow; this is about counts.
  slowQueryMs: 60_000,
  slowEndpointMs: 60_000,
  rootDir: import.meta.dirname,
});
const provider = new TracerProvider({ spanProcessors: [processor] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(provider);
const instrumentation = new PgInstrumentation();
instrumentation.setTracerProvider(provider);
instrumentation.enable();

const pg = createRequire(import.meta.url)('pg');
const connectionString = process.env.DATABASE_URL;
const pool = new pg.Pool({ connectionString, max: 10 });
const narrow = new pg.Pool({ connectionString, max: 2 });
const ids = (count) => Array.from({ length: count }, (_, id) => id);

async function request(name, work) {
  const span = trace.getTracer('app').startSpan(name);
  await context.with(trace.setSpan(context.active(), span), work);
  span.end();
}

async function sequential() {
  for (const id of ids(8)) {
    await pool.query('SELECT $1::int AS sequential', [id]); // mark: sequential
  }
}

async function parallel() {
  await Promise.all(
    ids(30).map((id) => pool.query('SELECT $1::int AS parallel', [id])), // mark: parallel
  );
}

const repository = {
  async find(id) {
    return await pool.query('SELECT $1::int AS repository', [id]); // mark: repository
  },
};

const service = {
  async load(id) {
    return (await repository.find(id)).rows[0];
  },
};

async function twoLevelsDeep() {
  for (const id of ids(8)) await service.load(id); // mark: loop above the repository
}

async function interleaved() {
  for (const id of ids(8)) {
    await pool.query('SELECT $1::int AS interleaved_a', [id]); // mark: interleaved_a
    await pool.query('SELECT $1::int AS interleaved_b', [id]); // mark: interleaved_b
  }
}

async function saturated() {
  await Promise.all(
    ids(50).map((id) => narrow.query('SELECT $1::int AS saturated', [id])), // mark: saturated
  );
}

async function connected() {
  const client = await pool.connect();
  for (const id of ids(8)) {
    await client.query('SELECT $1::int AS connected', [id]); // mark: connected
  }
  client.release();
}

async function connectedByCallback() {
  for (const id of ids(8)) {
    await new Promise((resolve, reject) => {
      pool.connect((error, client, release) => {
        if (error) return reject(error);
        // mark on the next line: callback
        client.query('SELECT $1::int AS callback', [id], (failed) => {
          release();
          if (failed) reject(failed);
          else resolve();
        });
      });
    });
  }
}

async function concurrent() {
  await Promise.all(
    ids(6).map((number) =>
      request(`concurrent ${number}`, number % 2 === 0 ? concurrentEven : concurrentOdd),
    ),
  );
}

async function concurrentEven() {
  for (const id of ids(10)) {
    await narrow.query('SELECT $1::int AS even', [id]); // mark: even
  }
}

async function concurrentOdd() {
  await Promise.all(
    ids(20).map((id) => narrow.query('SELECT $1::int AS odd', [id])), // mark: odd
  );
}

async function healthy() {
  await pool.query('SELECT 1 AS healthy_a');
  await pool.query('SELECT $1::int AS healthy_b', [1]);
}

const styles = {
  sequential,
  parallel,
  twoLevelsDeep,
  interleaved,
  saturated,
  connected,
  connectedByCallback,
  healthy,
};
for (let round = 0; round < 3; round++) {
  for (const [name, work] of Object.entries(styles)) await request(name, work);
  await concurrent();
}
await Promise.all([pool.end(), narrow.end()]);
await processor.shutdown();
console.log(JSON.stringify(findings));
