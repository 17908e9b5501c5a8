import type { Problem, Report } from '@spandrel/engine';
import { endpointTables } from '../report/endpoint-table.ts';
import { counted } from '../report/format.ts';
import { plain } from '../report/paint.ts';
import { printable } from '../report/printable.ts';
import { titleOf } from '../report/rule-words.ts';

/** One line for a problem when it is first seen: what, where, in which lines. */
export function problemLine(given: Problem): string {
  const { rule, endpoint, severity, message, callSite } = printable(given);
  const place =
    callSite === null
      ? ''
      : `; ${callSite.file}${callSite.line === null ? '' : `:${callSite.line}`}`;
  return `${severity}: ${titleOf(rule)} in ${endpoint}: ${message}${place}`;
}

const mostEndpoints = 12;

/** The table as it changes: the busiest endpoints of each service, and how many problems there are. */
export function liveLines(given: Report, hint: string): string[] {
  const report = printable(given);
  const { problems, services, exported } = report;
  const busiest = services.map((service) => ({
    ...service,
    endpoints: [...service.endpoints].sort((a, b) => b.calls - a.calls).slice(0, mostEndpoints),
  }));
  const table =
    services.length === 0
      ? ['No requests yet.']
      : endpointTables({ ...report, services: busiest }, plain).split('\n');
  const found = `${counted(problems.length, 'problem')}, ${counted(exported.spans, 'span')}`;
  return ['', ...table, `${found}; ${hint}`];
}
