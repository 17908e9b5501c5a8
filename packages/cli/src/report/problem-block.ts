import type { CallSite, Problem, Report, Severity } from '@spandrel/engine';
import { counted, duration } from './format.ts';
import type { Paint, Style } from './paint.ts';

const titleOf: Readonly<Record<Problem['rule'], string>> = {
  'n-plus-one-query': 'N+1 query',
  'slow-query': 'Slow query',
  'slow-endpoint': 'Slow endpoint',
};

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
  const { service, endpoint, severity, advice, callers } = problem;
  const title = `${number}. ${titleOf[problem.rule]} in ${endpoint}`;
  const also = otherEndpoints(problem, report);
  const rows: [label: string, text: string | null][] = [
    ['what', whatHappened(problem)],
    ['', also.length === 0 ? null : `also in ${also.join(', ')}`],
    ['where', whereOf(problem, paint)],
    ...callers.map((caller, i): [string, string] => [i === 0 ? 'called by' : '', placeOf(caller)]),
    ['evidence', evidenceOf(problem)],
    ['query', problem.shape],
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
  }
  return lines.join('\n');
}

function whatHappened({ rule, repeats, parallel, occurrences, summary }: Problem): string {
  const seen = `seen in ${counted(occurrences, 'request')}`;
  const query = summary === null ? 'A query' : summary;
  if (rule === 'slow-endpoint') return `The whole request is slow; ${seen}.`;
  if (rule === 'slow-query') return `${query} is slow; ${seen}.`;
  const order = parallel === null ? '' : parallel ? ', at the same time' : ', one after another';
  const times = repeats === null ? 'many times' : counted(repeats, 'time');
  return `${query} ran ${times} in one request${order}; ${seen}.`;
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
