/**
 * Keeps the demonstration's schema: a process of its own, so that the schema goes away even when
 * the service is killed, and so that making the data is not part of the service's traces.
 *
 * Reads DATABASE_URL, MEETINGS_SCHEMA and MEETINGS_SCALE. Sends `{ type: 'ready' }` when the rows
 * are in, or `{ type: 'error', message }`. Drops the schema and ends when the channel closes.
 */
import pg from 'pg';
import { readSettings, withoutPassword } from '../settings.ts';
import { dropDemoSchema, makeDemoSchema } from './demo-schema.ts';

const { databaseUrl = '', schema, scale } = readSettings(process.env);
const where = withoutPassword(databaseUrl);
const startedMs = performance.now();
let phase: 'making' | 'made' | 'ended' = 'making';
let client = newClient();

function newClient(): pg.Client {
  const made = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'meetings-api schema',
    connectionTimeoutMillis: 5_000,
  });
  made.on('error', () => {}); // found out, and mended, when the schema is dropped
  return made;
}

async function make(): Promise<void> {
  await client.connect().catch((error: Error) => {
    throw new Error(`DATABASE_URL=${where} cannot be used: ${reasonOf(error)}`);
  });
  await makeDemoSchema(client, schema, scale).catch((error: Error & { code?: string }) => {
    if (!error.code) throw error; // ours, and complete
    throw new Error(`DATABASE_URL=${where}: schema ${schema} cannot be made: ${error.message}`);
  });
  phase = 'made';
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.error(
    `meetings-api: made schema ${schema} (${scale}, ${seconds} s) in ${where}; ` +
      'it is dropped at the end, nothing else is touched',
  );
  if (process.connected) process.send?.({ type: 'ready' });
}

async function end(): Promise<void> {
  if (phase === 'making') await cancel();
  if (phase === 'made') await drop();
  phase = 'ended';
  await client.end().catch(() => {});
  if (process.connected) process.disconnect();
}

/** The whole making is one transaction: cancelled, it leaves nothing. */
async function cancel(): Promise<void> {
  const { processID } = client as pg.Client & { processID: number | null };
  if (!processID) return;
  const other = newClient();
  await other.connect();
  await other.query('SELECT pg_cancel_backend($1)', [processID]);
  await other.end();
  await making;
}

async function drop(): Promise<void> {
  try {
    await dropDemoSchema(client, schema).catch(async () => {
      client = newClient(); // the connection was lost meanwhile: once more with another
      await client.connect();
      await dropDemoSchema(client, schema);
    });
    console.error(`meetings-api: dropped schema ${schema}`);
  } catch (error) {
    process.exitCode = 1;
    console.error(
      `meetings-api: could not drop schema ${schema} in ${where}: ${reasonOf(error as Error)}`,
    );
  }
}

/** Node reports a refused connection to a name with two addresses with an empty message. */
function reasonOf(error: Error & { code?: string }): string {
  return error.message || error.code || 'no reason given';
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
if (process.send) process.on('disconnect', end);

const making = make().catch((error: Error) => {
  if (!process.connected) return; // cancelled
  process.exitCode = 1;
  process.send?.({ type: 'error', message: withoutPassword(error.message) });
  phase = 'ended';
  void end();
});
