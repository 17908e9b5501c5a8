import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instrumentationTable } from '../../../packages/bootstrap/src/instrumentations/table.ts';
import { everything } from './run-everything.ts';
import { versionOf } from './peers.ts';
import type { Form, Row } from './rows.ts';

/** One line of the README's table. */
export interface Proved {
  readonly framework: string;
  readonly drivers: readonly string[];
  /** Node.js releases by the form of the application. */
  readonly nodes: Readonly<Partial<Record<Form, readonly string[]>>>;
}

export interface Recorded {
  readonly rows: readonly Proved[];
  /** Packages of `apps/everything`, and Node.js releases by the form of the application. */
  readonly others: { readonly packages: readonly string[]; readonly nodes: Proved['nodes'] };
}

/** What of a case tells it from others. */
export interface Case {
  readonly form: Form;
  readonly version: string;
}

const file = join(__dirname, 'proved.json');

export function readProved(): Recorded {
  return JSON.parse(readFileSync(file, 'utf8')) as Recorded;
}

/** What passed, application by application, in the order of `rows`. */
export function writeProved(
  rows: readonly Row[],
  passed: readonly (Case & { readonly row: Row })[],
  others: readonly Case[],
): void {
  const proved = rows.map((row): Proved => {
    const { framework, drivers, forms } = row;
    const own = passed.filter((one) => one.row === row);
    return {
      framework: named(framework),
      drivers: drivers.map(named),
      nodes: nodesOf(forms, own),
    };
  });
  const record: Recorded = {
    rows: proved,
    others: { packages: everything.map(named), nodes: nodesOf(['cjs', 'mjs'], others) },
  };
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
}

function nodesOf(forms: readonly Form[], passed: readonly Case[]): Proved['nodes'] {
  const versionsOf = (form: Form): string[] =>
    passed.filter((one) => one.form === form).map(({ version }) => version);
  return Object.fromEntries(forms.map((form) => [form, versionsOf(form).sort(byNumbers)]));
}

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** With its version, which Node.js itself shares with the columns beside. */
function named(name: string): string {
  return name.startsWith('node:')
    ? name
    : `${name.replace(/^[a-z]+-\d+\//, '')} ${versionOf(name)}`;
}

const withSpans = instrumentationTable.filter(({ measures }) => measures !== true);

/** The README's tables, as Markdown. */
export function compatibility({ rows, others }: Recorded): string {
  return [
    '| Framework | Driver | CommonJS | ES modules |',
    '| --- | --- | --- | --- |',
    ...rows.map(lineOf),
    '',
    `In one more application: ${others.packages.join(', ')}; CommonJS on ${releases(others.nodes.cjs)}, ES modules on ${releases(others.nodes.mjs)}.`,
    '',
    `Instrumented and not proved by that run: ${unproved({ rows, others }).join(', ')}.`,
    '',
    '| Instrumentation | Packages | Versions it knows |',
    '| --- | --- | --- |',
    ...withSpans.map(({ name, modules, supports }) => {
      const packages = modules.map((module) => `\`${module}\``).join(', ');
      return `| \`${name}\` | ${packages || "Node.js's `fetch`, `undici`"} | ${supports} |`;
    }),
  ].join('\n');
}

function lineOf({ framework, drivers, nodes }: Proved): string {
  const next = releases(nodes.next);
  const columns = next === null ? [nodes.cjs, nodes.mjs].map((one) => releases(one) ?? '–') : [];
  return `| ${[framework, drivers.join(' on '), ...(next === null ? columns : [`built: ${next}`, ''])].join(' | ')} |`;
}

function releases(versions: readonly string[] | undefined): string | null {
  if (versions === undefined) return null;
  return versions.length === 0 ? 'not proved' : `Node.js ${versions.join(', ')}`;
}

function unproved({ rows, others }: Recorded): readonly string[] {
  const all = [...rows.flatMap((row) => [row.framework, ...row.drivers]), ...others.packages];
  const names = new Set(all.map(withoutVersion));
  return withSpans
    .filter(({ name, modules }) => ![name, ...modules].some((one) => names.has(one)))
    .map(({ name }) => name);
}

function withoutVersion(name: string): string {
  return name.replace(/^node:/, '').replace(/ [^ ]+$/, '');
}
