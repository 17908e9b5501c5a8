import type { EndpointReport, Problem, Report } from '@spandrel/engine';
import { decimal, duration, percent } from './format.ts';
import type { Paint } from './paint.ts';
import { badgeOf } from './rule-words.ts';

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
  const badges = new Set<string>();
  for (const { rule, fingerprint, service: of } of problems) {
    if (of === service && endpoint.problems.includes(fingerprint)) badges.add(badgeOf(rule));
  }
  const slow = badgeOf('slow-endpoint');
  badges.delete(slow);
  const others = [...badges].map((badge) => paint('yellow', badge));
  return (endpoint.slow ? [paint('red', slow), ...others] : others).join(', ');
}
