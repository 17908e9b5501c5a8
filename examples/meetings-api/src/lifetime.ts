/**
 * The beginning and the end of a service process.
 *
 * `start` opens things one after another and hands each one's `close` to `own`; it returns the
 * address. With an IPC channel the parent hears `{ type: 'ready', url }` or
 * `{ type: 'error', message }`; without one a person reads the address on stdout. On SIGTERM,
 * SIGINT, a `{ type: 'stop' }` from the parent, or the end of the channel, everything is closed,
 * last opened first, and the process ends by itself, so that others may finish their own work.
 */
export function runService(
  name: string,
  start: (own: (close: () => Promise<unknown>) => void) => Promise<string>,
): void {
  const closers: (() => Promise<unknown>)[] = [];
  let stopping = false;

  function own(close: () => Promise<unknown>): void {
    closers.push(close);
    if (!stopping) return;
    void closeAll();
    throw new Error('stopped while starting');
  }

  async function closeAll(): Promise<void> {
    for (let close = closers.pop(); close; close = closers.pop()) {
      await close().catch((error: Error) => console.error(`${name}: ${error.message}`));
    }
    if (process.connected) process.disconnect();
  }

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    await closeAll();
  }

  // Once: a second signal ends the process at once.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  if (process.send) {
    process.on('disconnect', stop);
    process.on('message', (message: { type?: string } | null) => {
      if (message?.type === 'stop') void stop();
    });
  }

  start(own).then(
    (url) => {
      if (process.connected) process.send?.({ type: 'ready', url });
      else if (!stopping) console.log(`${name}: listening on ${url}`);
    },
    (error: Error) => {
      if (stopping) return;
      process.exitCode = 1;
      console.error(`${name}: ${error.message}`);
      if (process.connected) process.send?.({ type: 'error', message: error.message });
      void stop();
    },
  );
}
