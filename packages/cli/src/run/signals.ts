const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** After this many signals of one sort the application is killed: it does not want to end. */
const mostSignals = 3;

/** Hands this process' signals on until the returned function is called. */
export function handOn(
  to: { signal(signal: NodeJS.Signals): void; kill(): void },
  onLast: () => void,
): () => void {
  const counts = new Map<string, number>();
  const onSignal = (signal: NodeJS.Signals): void => {
    const count = (counts.get(signal) ?? 0) + 1;
    counts.set(signal, count);
    if (count < mostSignals) return to.signal(signal);
    onLast();
    to.kill();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => signals.forEach((signal) => process.off(signal, onSignal));
}
