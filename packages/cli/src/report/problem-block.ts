import type { CallSite, Problem, Report, Severity } from '@spandrel/engine';
import { counted, duration } from './format.ts';
import type { Paint, Style } from './paint.ts';
import { titleOf } from './rule-words.ts';

const styleOf: Readonly<Record<Severity, Style>> = {
  critical: 'red',
  error: 'red',
  warning: 'yellow',
  info: 'cyan',
};

/** One problem for people: what, where, evidence, cost, and what to write instead. */
export function problemBlock(
  problem: Problem,
  number: number,
  report: Report,
  paint: Paint,
): string {
  const { service, endpoint, severity, message, occurrences, advice, callers } = problem;
  const title = `${number}. ${titleOf(problem.rule)} in ${endpoint}`;
  const also = otherEndpoints(problem, report);
  const rows: [label: string, text: string | null][] = [
    ['what', `${message}; seen in ${counted(occurrences, 'request')}.`],
    ['', also.length === 0 ? null : `also in ${also.join(', ')}`],
    ['where', whereOf(problem, paint)],
    ...callers.map((caller, i): [string, string] => [i === 0 ? 'called by' : '', placeOf(caller)]),
    ['evidence', evidenceOf(problem)],
    [problem.rule.includes('quer') ? 'query' : 'of', problem.shape],
    ['costs', costOf(problem)],
    ['do', advice.text],
  ];
  const lines = [
    `${paint('bold', title)}  ${paint(styleOf[severity], severity)}  ${paint('dim', service)}`,
    ...rows.flatMap(([label, text]) =>
      text === null ? [] : [`   ${paint('dim', label.padEnd(9))} ${text}`],
    ),
  ];
  if (advice.statement !== null) {
    lines.push('', ...advice.statement.split('\n').map((line) => `       ${paint('green', line)}`));
    if (advice.proof === 'unproved') {
      lines.push('', paint('dim', '       unproved: check that it gives the same'));
    }
  }
  return lines.join('\n');
}

function otherEndpoints({ fingerprint, service, endpoint }: Problem, report: Report): string[] {
  const ofService = report.services.filter((one) => one.service === service);
  return ofService
    .flatMap(({ endpoints }) => endpoints)
    .filter((one) => one.endpoint !== endpoint && one.problems.includes(fingerprint))
    .map((one) => one.endpoint);
}

/** `path:line`, which terminals and editors open. */
function whereOf({ callSite, rule }: Problem, paint: Paint): string | null {
  if (callSite !== null) {
    const place = callSite.line === null ? callSite.file : `${callSite.file}:${callSite.line}`;
    return paint('cyan', place) + (callSite.function === null ? '' : ` in ${callSite.function}`);
  }
  return rule === 'slow-endpoint' ? null : 'the place in the code is not known';
}

function placeOf({ file, line, function: name }: CallSite): string {
  return `${line === null ? file : `${file}:${line}`}${name === null ? '' : ` in ${name}`}`;
}

function evidenceOf({ spanIds, traceId, confidence }: Problem): string {
  return `trace ${traceId}, ${counted(spanIds.length, 'span')}, confidence ${confidence}`;
}

function costOf({ costMs, savingMs }: Problem): string {
  const cost = `${duration(costMs)} of that request`;
  return savingMs === null ? cost : `${cost}; about ${duration(savingMs)} less when repaired`;
}
