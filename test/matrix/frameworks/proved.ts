import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instrumentationTable } from '../../../packages/bootstrap/src/instrumentations/table.ts';
import { versionOf } from './peers.ts';
import type { Form, Row } from './rows.ts';

/** One line of the README's table. */
export interface Proved {
  readonly framework: string;
  readonly drivers: readonly string[];
  /** Node.js releases by the form of the application. */
  readonly nodes: Readonly<Partial<Record<Form, readonly string[]>>>;
}

const file = join(__dirname, 'proved.json');

export function readProved(): readonly Proved[] {
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Proved[];
}

/** What passed, application by application, in the order of `rows`. */
export function writeProved(
  rows: readonly Row[],
  passed: readonly { readonly row: Row; readonly form: Form; readonly version: string }[],
): void {
  const proved = rows.map((row): Proved => {
    const nodes = row.forms.map((form) => [
      form,
      passed.filter((one) => one.row === row && one.form === form).map(({ version }) => version),
    ]);
    return {
      framework: named(row.framework),
      drivers: row.drivers.map(named),
      nodes: Object.fromEntries(nodes) as Proved['nodes'],
    };
  });
  writeFileSync(file, `${JSON.stringify(proved, null, 2)}\n`);
}

/** With its version, which Node.js itself shares with the columns beside. */
function named(name: string): string {
  return name.startsWith('node:') ? name : `${name.replace(/^express-4\//, '')} ${versionOf(name)}`;
}

const withSpans = instrumentationTable.filter(({ measures }) => measures !== true);

/** The README's tables, as Markdown. */
export function compatibility(proved: readonly Proved[]): string {
  return [
    '| Framework | Driver | CommonJS | ES modules |',
    '| --- | --- | --- | --- |',
    ...proved.map(lineOf),
    '',
    `Instrumented and not proved by that run: ${unproved(proved).join(', ')}.`,
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

function unproved(proved: readonly Proved[]): readonly string[] {
  const names = new Set(
    proved.flatMap(({ framework, drivers }) => [framework, ...drivers]).map(withoutVersion),
  );
  return withSpans
    .filter(({ modules }) => !modules.some((module) => names.has(module)))
    .map(({ name }) => name);
}

function withoutVersion(name: string): string {
  return name.replace(/^node:/, '').replace(/ [^ ]+$/, '');
}
