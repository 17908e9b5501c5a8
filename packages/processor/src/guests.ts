/**
 * Watches what a caller's function returned: an async one that rejects would otherwise end the
 * process. Anything that is no promise is left alone.
 */
export function swallow(returned: unknown, onRejected: (error: unknown) => void = ignore): void {
  if (typeof (returned as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  Promise.resolve(returned).catch(onRejected);
}

function ignore(): void {
  // Counted and said by whoever cares.
}
