import type { Explanation } from '../analyze/explained.ts';
import { duration } from './format.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

/** Near misses for people: trace by trace, rule by rule. */
export function explanationPage(given: Explanation, paint: Paint): string {
  const { traces, slowest } = printable(given);
  const parts = [paint('bold', explanationTitle(given))];
  if (traces === 0) return parts[0]!;
  for (const { traceId, service, endpoint, durationMs, nearest } of slowest) {
    const width = Math.max(...nearest.map(({ rule }) => rule.length));
    parts.push(
      [
        `  trace ${traceId}  ${endpoint}  ${duration(durationMs)}  ${paint('dim', service)}`,
        ...nearest.map(({ rule, text }) => `    ${paint('dim', rule.padEnd(width))}  ${text}`),
      ].join('\n'),
    );
  }
  return parts.join('\n\n');
}

/** How many traces there are below it, and of how many. */
export function explanationTitle({ traces, slowest }: Explanation): string {
  if (traces === 0) return 'No rule came near.';
  const which =
    slowest.length < traces ? `the ${slowest.length} slowest of ${traces} traces` : 'every trace';
  return `What came near, in ${which} where something did`;
}
