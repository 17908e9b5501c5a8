import type { Check, Status } from '@spandrel/bootstrap/doctor';
import { counted } from '../report/format.ts';
import type { Paint, Style } from '../report/paint.ts';
import { printable } from '../report/printable.ts';

const styleOf: Readonly<Record<Status, Style>> = { ok: 'green', warning: 'yellow', problem: 'red' };

/** The checks for people: a line each, what to do below those that are not well. */
export function doctorPage(given: readonly Check[], paint: Paint): string {
  const checks = printable(given);
  const widthOf = (name: 'code' | 'title') =>
    Math.max(...checks.map((check) => check[name].length));
  const [codes, titles] = [widthOf('code'), widthOf('title')];
  const lines = checks.flatMap(({ status, code, title, seen, remedy }) => {
    const label = paint(styleOf[status], status.padEnd('problem'.length));
    const line = `${label}  ${code.padEnd(codes)}  ${paint('dim', title.padEnd(titles))}  ${seen}`;
    const indent = ' '.repeat('problem'.length + codes + titles + 6);
    return remedy === null ? [line] : [line, `${indent}${paint('bold', 'do')} ${remedy}`];
  });
  return [...lines, '', summaryOf(checks)].join('\n');
}

function summaryOf(checks: readonly Check[]): string {
  const count = (status: Status) => checks.filter((check) => check.status === status).length;
  return `${counted(count('problem'), 'problem')}, ${counted(count('warning'), 'warning')}.`;
}
