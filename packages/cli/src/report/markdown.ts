import type { CallSite, Problem, Report } from '@spandrel/engine';
import type { Explanation } from '../analyze/explained.ts';
import { explanationTitle } from './explanation.ts';
import { counted, duration } from './format.ts';
import { printable } from './printable.ts';
import { titleOf } from './rule-words.ts';
import { totalsOf } from './totals.ts';

/** The report for a pull request: a table of the problems, then each in full. `broken` is as in `totalsOf`. */
export function markdownReport(
  given: Report,
  explanation?: Explanation,
  broken: readonly string[] = [],
): string {
  const report = printable(given);
  const { problems } = report;
  const none = `No problems found${broken.length === 0 ? '' : ' in what was read'}`;
  const parts = [`## ${problems.length === 0 ? none : counted(problems.length, 'problem')}`];
  if (problems.length > 0) parts.push(tableOf(problems));
  parts.push(...problems.map(detailsOf));
  if (explanation !== undefined) parts.push(explained(printable(explanation)));
  parts.push(totalsOf(report, printable(broken)).map(escaped).join(' '));
  return parts.join('\n\n');
}

function tableOf(problems: readonly Problem[]): string {
  const rows = problems.map((problem, i) => {
    const { rule, severity, endpoint, callSite, occurrences, costMs, savingMs } = problem;
    const where = callSite === null ? '' : codeCell(placeOf(callSite));
    const cells = [String(i + 1), severity, escaped(titleOf(rule)), codeCell(endpoint), where];
    return [...cells, String(occurrences), duration(costMs), duration(savingMs)];
  });
  const titles = ['', 'Severity', 'Problem', 'Endpoint', 'Where', 'Seen', 'Costs', 'Saves'];
  const rule = titles.map((_, i) => (i === 0 || i >= 5 ? '---:' : '---'));
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function detailsOf(problem: Problem, index: number): string {
  const { rule, endpoint, message, callSite, callers, shape, advice, traceId, service } = problem;
  const lines = [
    `### ${index + 1}. ${escaped(titleOf(rule))} in ${code(endpoint)}`,
    '',
    `${escaped(message)}; seen in ${counted(problem.occurrences, 'trace')} of ${code(service)}.`,
    '',
  ];
  if (callSite !== null) lines.push(`- where: ${code(placeOf(callSite))}`);
  for (const caller of callers) lines.push(`- called by: ${code(placeOf(caller))}`);
  if (shape !== null) lines.push(`- what: ${code(shape)}`);
  const { spanIds, confidence, fingerprint } = problem;
  lines.push(
    `- evidence: trace ${code(traceId)}, ${counted(spanIds.length, 'span')}, confidence ${confidence}`,
    `- fingerprint: ${code(fingerprint)}`,
    '',
    escaped(advice.text),
  );
  if (advice.statement !== null) {
    const fence = fenceFor(advice.statement);
    const note = advice.proof === 'unproved' ? ['', 'Unproved: check that it gives the same.'] : [];
    lines.push('', fence, advice.statement, fence, ...note);
  }
  return lines.join('\n');
}

function explained(explanation: Explanation): string {
  const lines = [`### ${explanationTitle(explanation)}`];
  for (const { traceId, endpoint, durationMs, nearest } of explanation.slowest) {
    lines.push('', `${code(endpoint)}, ${duration(durationMs)}, trace ${code(traceId)}`, '');
    for (const { rule, text } of nearest) lines.push(`- ${code(rule)}: ${escaped(text)}`);
  }
  return lines.join('\n');
}

function placeOf({ file, line, function: name }: CallSite): string {
  return `${line === null ? file : `${file}:${line}`}${name === null ? '' : ` in ${name}`}`;
}

/** Plain text that stays it: what Markdown or HTML would read is escaped. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>|#~]/g, (character) => `\\${character}`).replace(/&/g, '&amp;');
}

/** As code: more backticks around it than it holds. */
function code(text: string): string {
  if (text === '') return '';
  const fence = '`'.repeat(longestRun(text) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

/** In a table's cell a bar ends the cell, in code too. */
function codeCell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

function fenceFor(text: string): string {
  return '`'.repeat(Math.max(3, longestRun(text) + 1));
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
