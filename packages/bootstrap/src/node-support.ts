/** The OpenTelemetry SDK 3 line's own floor. */
const least = [22, 15] as const;

/**
 * Why this Node.js release cannot carry us, in one line; null when it can. This file is loaded
 * first and alone, so it must run on releases that nothing else here supports.
 */
export function whyUnsupported(nodeVersion: string): string | null {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  if (major > least[0] || (major === least[0] && minor >= least[1])) return null;
  return (
    `Node.js ${nodeVersion} is too old for OpenTelemetry's SDK 3 ` +
    `(${least.join('.')} or newer is needed); the application runs without it`
  );
}

/** Releases whose `module.registerHooks` takes CommonJS without a source (nodejs/node#59929). */
const firstWithSyncHooks: Readonly<Record<number, readonly [minor: number, patch: number]>> = {
  22: [22, 3],
  24: [11, 1],
  25: [1, 0],
};

/** True where imports can be hooked in the thread itself; import-in-the-middle decides alike. */
export function hasSyncHooks(nodeVersion: string): boolean {
  const [major = 0, minor = 0, patch = 0] = nodeVersion
    .split('.')
    .map((part) => parseInt(part, 10));
  const first = firstWithSyncHooks[major];
  if (first === undefined) return major > 25;
  return minor > first[0] || (minor === first[0] && patch >= first[1]);
}
