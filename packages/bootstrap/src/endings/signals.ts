import { seeEmitted } from './emitted.ts';

/** Signals that end a process that does not listen to them, and that it may live to see. */
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type Signal = (typeof signals)[number];

export interface SignalWatch {
  /** The process is about to end by it: nobody else listens. The signal is raised when this settles. */
  readonly onEnd: (signal: string) => Promise<void>;
  /** As many times again while `onEnd` is at work: the process ends when this returns. */
  readonly onHaste: (signal: string) => void;
  /** The application listens, and decides what becomes of it. */
  readonly onPassing: () => void;
}

/**
 * Watches the signals that end a process, and leaves their effect what it would have been. Returns
 * a function that undoes it.
 *
 * A listener of ours is there only while the application has none: libraries such as signal-exit
 * end the process only when they are the sole listeners. Where the application listens, we see the
 * signal pass and never end the process for it. Process 1 of a container ignores signals nobody
 * listens to: there we only see them pass, too.
 */
export function watchSignals(watch: SignalWatch): () => void {
  const unwatch = signals.map((signal) => watchSignal(signal, watch));
  return () => {
    for (const one of unwatch) one();
  };
}

function watchSignal(signal: Signal, { onEnd, onHaste, onPassing }: SignalWatch): () => void {
  let isEnding = false;
  let isOver = false;

  const raise = (): void => {
    isOver = true;
    process.removeListener(signal, onSignal);
    process.kill(process.pid, signal);
  };
  const onSignal = (): void => {
    if (process.pid === 1) return onPassing();
    if (isEnding) {
      onHaste(signal);
      return raise();
    }
    isEnding = true;
    void onEnd(signal).then(raise, raise);
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
  const unsee = seeEmitted({
    before: (name) => {
      if (name === signal && !process.listeners(signal).includes(onSignal)) onPassing();
    },
  });

  if (process.listeners(signal).length === 0) process.on(signal, onSignal);
  process.on('newListener', onNewListener);
  process.on('removeListener', onRemoveListener);
  return () => {
    isOver = true;
    process.removeListener('newListener', onNewListener);
    process.removeListener('removeListener', onRemoveListener);
    process.removeListener(signal, onSignal);
    unsee();
  };
}
