import type { EndpointReport, Problem, Report } from '@spandrel/engine';
import { decimal, duration, percent } from './format.ts';
import type { Paint } from './paint.ts';

const titles = ['', 'calls', 'errors', 'p50', 'p95', 'p99', 'queries/call', 'cache hits', ''];

/** One table per service, its endpoints in the report's order, badges at the end of the line. */
export function endpointTables({ services, problems }: Report, paint: Paint): string {
  return services
    .map(({ service, endpoints }) => {
      const rows = endpoints.map((endpoint) => rowOf(endpoint));
      const badges = endpoints.map((endpoint) => badgesOf(endpoint, service, problems, paint));
      const widths = titles.map((title, i) =>
        Math.max(...[title, ...rows.map((row) => row[i]!)].map((cell) => cell.length)),
      );
      const line = (cells: readonly string[]) =>
        cells
          .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
          .join('  ');
      return [
        paint('bold', service),
        paint('dim', `  ${line(titles)}`.trimEnd()),
        ...rows.map((row, i) => `  ${line(row)}${badges[i]}`.trimEnd()),
      ].join('\n');
    })
    .join('\n\n');
}

function rowOf(endpoint: EndpointReport): string[] {
  return [
    endpoint.endpoint,
    String(endpoint.calls),
    String(endpoint.errors),
    duration(endpoint.p50Ms),
    duration(endpoint.p95Ms),
    duration(endpoint.p99Ms),
    decimal(endpoint.queriesPerCall),
    percent(endpoint.cacheHitRatio),
    '',
  ];
}

function badgesOf(
  endpoint: EndpointReport,
  service: string,
  problems: readonly Problem[],
  paint: Paint,
): string {
  const has = (rule: Problem['rule']) =>
    problems.some((problem) => {
      const isHere = endpoint.problems.includes(problem.fingerprint);
      return isHere && problem.rule === rule && problem.service === service;
    });
  const badges = [];
  if (endpoint.slow) badges.push(paint('red', 'SLOW'));
  if (has('n-plus-one-query')) badges.push(paint('yellow', 'N+1'));
  return badges.join(' ');
}
