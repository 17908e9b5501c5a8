import type { Report } from '@spandrel/engine';
import { endpointTables } from './endpoint-table.ts';
import { counted, duration } from './format.ts';
import type { Paint } from './paint.ts';
import { problemBlock } from './problem-block.ts';

/** The whole report for people: endpoints, problems in the report's order (worst first), what was lost. */
export function reportPage(given: Report, paint: Paint): string {
  const report = printable(given);
  const { problems, services } = report;
  const parts = [services.length === 0 ? 'No spans came.' : endpointTables(report, paint)];
  const title =
    problems.length === 0
      ? 'No problems found.'
      : `${counted(problems.length, 'problem')}, worst first`;
  parts.push(paint('bold', title));
  parts.push(...problems.map((problem, i) => problemBlock(problem, i + 1, report, paint)));
  parts.push(paint('dim', totalsOf(report)));
  return parts.join('\n\n');
}

/** Names come from foreign telemetry: no control character of theirs may steer a terminal. */
function printable(report: Report): Report {
  const clean = (name: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    const lines = name === 'statement' ? value.split('\n') : [value];
    return lines.map((line) => line.replace(/\p{Cc}/gu, '?')).join('\n');
  };
  return JSON.parse(JSON.stringify(report), clean) as Report;
}

function totalsOf({ durationMs, exported, dropped }: Report): string {
  const seen = `${counted(exported.spans, 'span')} in ${exported.batches} batches over ${duration(durationMs)}`;
  const lost = Object.entries(dropped.reasons).map(([reason, count]) => `${reason} ${count}`);
  if (dropped.spans === 0 && dropped.traces === 0 && lost.length === 0)
    return `${seen}; nothing lost.`;
  const spans = `${counted(dropped.spans, 'span')} and ${counted(dropped.traces, 'trace')}`;
  return `${seen}; lost: ${spans} (${lost.join(', ')}).`;
}
