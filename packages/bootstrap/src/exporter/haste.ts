/**
 * Whether the process is ending. All our transports share it, since none of them can wait then:
 * those that pause before they try again do so at once, and what fails is not tried again.
 */
let isHurried = false;
const pausing = new Set<() => void>();
const running = new Set<(why: Error) => void>();

export function hurry(value: boolean): void {
  isHurried = value;
  if (value) for (const wake of pausing) wake();
}

export function isInHaste(): boolean {
  return isHurried;
}

/** Settles after `ms`, or as soon as there is haste. Does not keep the process alive. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      pausing.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, ms).unref();
    pausing.add(wake);
  });
}

/** Requests under way tell how to end them; returns a function for when one has ended. */
export function underWay(fail: (why: Error) => void): () => void {
  running.add(fail);
  return () => running.delete(fail);
}

/** Ends what is under way: a write that nobody reads keeps a process alive, unlike its connection. */
export function cutOff(): void {
  for (const fail of running) fail(new Error('the process ends'));
}
