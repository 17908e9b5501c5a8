/**
 * The embedded database as a process of its own: `node src/database/main.ts`.
 *
 * Over IPC it sends `{ type: 'ready', url, label }` once usable, or `{ type: 'error', message }`.
 * It ends, and removes its folder, when the channel closes (so also when the parent is killed),
 * on SIGTERM, SIGINT and SIGHUP. Started by a person it prints the address instead.
 */
import { startEmbeddedPostgres } from './embedded-postgres.ts';

const starting = startEmbeddedPostgres();
let stopping = false;

async function stop(): Promise<void> {
  stopping = true;
  const database = await starting.catch(() => undefined);
  await database?.stop();
  if (process.connected) process.disconnect();
}

function fail(message: string): void {
  process.exitCode = 1;
  if (process.connected) process.send?.({ type: 'error', message });
  else console.error(`database: ${message}`);
  void stop();
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
if (process.send) process.on('disconnect', stop);

starting.then(
  ({ url, label, ended }) => {
    if (process.connected) process.send?.({ type: 'ready', url, label });
    else if (!stopping) console.log(`${label}\nDATABASE_URL=${url}`);
    void ended.then((lastLine) => {
      if (!stopping) fail(`the embedded database ended by itself: ${lastLine}`);
    });
  },
  (error: Error) => fail(error.message),
);
