import { Interrupted } from './failure.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Aborted with an `Interrupted` by the first signal. */
  readonly signal: AbortSignal;
  /** Gives the signals back to whoever had them. */
  dispose(): void;
}

/** Listens from now on. A second signal means: at once; `endAtOnce` must be synchronous. */
export function listenForSignals(endAtOnce: () => void): Interruption {
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    const interrupted = new Interrupted(signal as (typeof signals)[number]);
    if (controller.signal.aborted) {
      endAtOnce();
      process.exit(interrupted.exitCode);
    }
    controller.abort(interrupted);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    dispose: () => signals.forEach((signal) => process.off(signal, onSignal)),
  };
}

/** Waits for `promise`, or throws the signal's reason as soon as it is aborted. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort!: () => void;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
