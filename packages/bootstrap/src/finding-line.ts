import type { Finding } from '@spandrel/engine';

/** One line for a terminal: what, where, how often, what it cost. */
export function findingLine({ finding }: { readonly finding: Finding }): string {
  const { rule, endpoint, callSite, repeats, summary, costMs } = finding;
  const what = summary === null ? endpoint : `${repeats ?? 1} × ${summary} in ${endpoint}`;
  const place = callSite === null ? '' : ` at ${callSite.file}:${callSite.line ?? 1}`;
  const name = callSite?.function == null ? '' : ` (${callSite.function})`;
  const line = `${rule}: ${what}${place}${name}, ${costMs.toFixed(1)} ms`;
  // Names come from foreign code: nothing in them may steer a terminal.
  return line.replace(/\p{Cc}/gu, '?');
}
