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
