import type { Report } from '@spandrel/engine';
import { endpointTables } from './endpoint-table.ts';
import { counted } from './format.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { problemBlock } from './problem-block.ts';
import { totalsOf } from './totals.ts';

/**
 * The whole report for people: endpoints, problems in the report's order (worst first), what was
 * lost. `broken` is as in `totalsOf`.
 */
export function reportPage(given: Report, paint: Paint, broken: readonly string[] = []): string {
  const report = printable(given);
  const { problems, services } = report;
  const parts = [services.length === 0 ? 'No spans came.' : endpointTables(report, paint)];
  const title =
    problems.length === 0
      ? `No problems found${broken.length === 0 ? '' : ' in what was read'}.`
      : `${counted(problems.length, 'problem')}, worst first`;
  parts.push(paint('bold', title));
  parts.push(...problems.map((problem, i) => problemBlock(problem, i + 1, report, paint)));
  parts.push(
    totalsOf(report, printable(broken))
      .map((line) => paint('dim', line))
      .join('\n'),
  );
  return parts.join('\n\n');
}
