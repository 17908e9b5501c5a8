/** What the end of the process asks for. */
export interface Endings {
  /** Sends everything that is ready; settles when it is done or failed. */
  readonly flush: () => Promise<void>;
  readonly timeoutMs: number;
  /** Called when the process ends although `flush` has not settled in time. */
  readonly onTimeout: () => void;
}

const signals = ['SIGTERM', 'SIGINT'] as const;
type Signal = (typeof signals)[number];

/**
 * Flushes when the process ends, within `timeoutMs`, and leaves exit code and signal what they
 * would have been. A second signal ends at once. Returns a function that undoes it all.
 *
 * A listener of ours is there only while the application has none: libraries such as signal-exit
 * end the process only when they are the sole listeners, and a `once` handler is gone by the time
 * others are called. Where the application listens, we see the signal pass, flush beside it, and
 * never end the process for it.
 */
export function watchEndings({ flush, timeoutMs, onTimeout }: Endings): () => void {
  const watches = signals.map((signal) => watchSignal(signal, () => within(timeoutMs, flush())));
  let isFlushed = false;
  const onBeforeExit = (): void => {
    if (isFlushed) return;
    isFlushed = true;
    void within(timeoutMs, flush()).then((isInTime) => {
      if (isInTime) return;
      onTimeout();
      // Nothing but our own export keeps the process alive, unless the application listens as well.
      if (process.listenerCount('beforeExit') === 1) process.exit();
    });
  };
  process.on('beforeExit', onBeforeExit);
  return () => {
    for (const unwatch of watches) unwatch();
    process.removeListener('beforeExit', onBeforeExit);
  };
}

/** Flushes at the signal, and ends the process by it where nobody else listens. */
function watchSignal(signal: Signal, flushInTime: () => Promise<boolean>): () => void {
  let isEnding = false;
  let isOver = false;

  const raise = (): void => {
    isOver = true;
    process.removeListener(signal, onSignal);
    process.kill(process.pid, signal);
  };
  const onSignal = (): void => {
    if (isEnding) return raise();
    isEnding = true;
    void flushInTime().then(raise);
  };
  // Later in this turn: Node.js stops listening to a signal when its last listener goes.
  const onNewListener = (name: string | symbol, listener: unknown): void => {
    if (name !== signal || listener === onSignal) return;
    queueMicrotask(() => {
      if (process.listeners(signal).some((one) => one !== onSignal)) {
        process.removeListener(signal, onSignal);
      }
    });
  };
  // At once: a library that has cleaned up may raise the signal in this very turn.
  const onRemoveListener = (name: string | symbol): void => {
    if (name === signal && !isOver && process.listeners(signal).length === 0) {
      process.on(signal, onSignal);
    }
  };
  const unwatchPassing = watchPassing(signal, onSignal, () => void flushInTime());

  if (process.listeners(signal).length === 0) process.on(signal, onSignal);
  process.on('newListener', onNewListener);
  process.on('removeListener', onRemoveListener);
  return () => {
    isOver = true;
    process.removeListener('newListener', onNewListener);
    process.removeListener('removeListener', onRemoveListener);
    process.removeListener(signal, onSignal);
    unwatchPassing();
  };
}

/** Tells of a signal that goes to the application's listeners. What goes wrong here stays here. */
function watchPassing(signal: Signal, ours: () => void, tell: () => void): () => void {
  const emit = process.emit as (...args: unknown[]) => boolean;
  function watched(this: NodeJS.Process, ...args: unknown[]): boolean {
    try {
      if (args[0] === signal && !process.listeners(signal).includes(ours)) tell();
    } catch {
      // The application's handlers come first.
    }
    return Reflect.apply(emit, this, args);
  }
  process.emit = watched as typeof process.emit;
  return () => {
    if ((process.emit as unknown) === watched) process.emit = emit as typeof process.emit;
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
