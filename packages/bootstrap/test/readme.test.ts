import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { bootstrapOptionTable } from '../src/settings/options.ts';
import { otelVariables, otlpVariables } from '../src/settings/otel-variables.ts';
import type { OtelVariable } from '../src/settings/otel-variables.ts';

const file = join(__dirname, '../README.md');

/** The options table as Markdown, in the order of the table in code. */
function settingsTable(): string {
  const rows = Object.entries(bootstrapOptionTable).map(
    ([name, spec]) =>
      `| \`${name}\` | ${spec.env === null ? '' : `\`${spec.env}\``} | ${shown(spec.default)} | ${spec.doc} |`,
  );
  return [
    '| Option | Environment | Default | Meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Nothing for an empty list or object. */
function shown(value: unknown): string {
  return typeof value === 'object' && Object.keys(value!).length === 0 ? '' : String(value);
}

/** What becomes of OpenTelemetry's own variables. */
function otelTable(): string {
  return [
    '| Variable | Default | Read by | Meaning |',
    '| --- | --- | --- | --- |',
    ...otelVariables.map(otelRow),
  ].join('\n');
}

function otelRow(variable: OtelVariable): string {
  const { name, default: unset, by, doc } = variable;
  const signal = otlpVariables.includes(variable) ? ' Or of one signal.' : '';
  return `| \`${name}\` | ${unset} | ${by ?? 'nobody'} | ${doc}${signal} |`;
}

// `UPDATE_PAGES=1 npx jest packages/bootstrap/test/readme` writes the tables into the page.
test.each([
  ['settings', settingsTable],
  ['otel', otelTable],
])('the table of %s in the README is that in code', (name, tableOf) => {
  const page = readFileSync(file, 'utf8');
  const [, before, table, after] = new RegExp(
    `^([\\s\\S]*<!-- ${name} -->\\n)([\\s\\S]*?)(<!-- /${name} -->[\\s\\S]*)$`,
  ).exec(page)!;
  if (process.env['UPDATE_PAGES'] === '1') {
    writeFileSync(file, `${before}\n${tableOf()}\n\n${after}`);
    return;
  }
  expect(cells(table!)).toEqual(cells(tableOf()));
});

function cells(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
}
