/** What the end of the process asks for. */
export interface Endings {
  /** Sends everything that is ready; settles when it is done or failed. */
  readonly flush: () => Promise<void>;
  readonly timeoutMs: number;
}

const signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/**
 * Flushes when the process ends, within `timeoutMs`, and leaves exit code and signal what they
 * would have been. When the application listens to a signal itself, we flush beside it and never
 * end the process for it. A second signal ends at once. Returns a function that undoes it all.
 */
export function watchEndings({ flush, timeoutMs }: Endings): () => void {
  let isEnding = false;
  let isFlushed = false;

  const onSignal = (signal: NodeJS.Signals): void => {
    const isOurs = process.listenerCount(signal) === 1;
    if (isEnding && isOurs) return raise(signal);
    isEnding = true;
    void within(timeoutMs, flush()).then(() => {
      if (isOurs && process.listenerCount(signal) === 1) raise(signal);
    });
  };

  const raise = (signal: NodeJS.Signals): void => {
    process.removeListener(signal, onSignal);
    process.kill(process.pid, signal);
  };

  const onBeforeExit = (): void => {
    if (isFlushed) return;
    isFlushed = true;
    void within(timeoutMs, flush()).then((isInTime) => {
      // Nothing but our own export keeps the process alive, unless the application listens as well.
      if (!isInTime && process.listenerCount('beforeExit') === 1) process.exit();
    });
  };

  for (const signal of signals) process.on(signal, onSignal);
  process.on('beforeExit', onBeforeExit);
  return () => {
    for (const signal of signals) process.removeListener(signal, onSignal);
    process.removeListener('beforeExit', onBeforeExit);
  };
}

/** True when `work` settled within `timeoutMs`; it is never waited for longer, and never rejects. */
async function within(timeoutMs: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const done = work.then(
    () => true,
    () => true,
  );
  const isInTime = await Promise.race([done, deadline]);
  clearTimeout(timer);
  return isInTime;
}
