import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { processorOptionTable } from '../src/index.ts';
import { leavingRules } from '../src/privacy/leaving.ts';
import type { Treatment } from '../src/privacy/leaving.ts';
import { selfMetrics } from '../src/self-metrics.ts';

const file = join(__dirname, '..', 'README.md');
const readme = readFileSync(file, 'utf8');

/** The options table as Markdown, in the order of the table in code. */
function optionsTable(): string {
  const rows = Object.entries(processorOptionTable).map(([name, spec]) =>
    row([
      code(name),
      code(String(spec.default)),
      spec.env === null ? '' : code(spec.env),
      spec.doc,
    ]),
  );
  return [row(['Option', 'Default', 'Environment', 'Meaning']), '| - | - | - | - |', ...rows].join(
    '\n',
  );
}

function row(columns: readonly string[]): string {
  return `| ${columns.join(' | ')} |`;
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

function cells(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

// `UPDATE_PAGES=1 npx jest packages/processor/test/readme` writes the table into the page.
test('the options stand in the README as they are in the code', () => {
  const [, before, table, after] = /^([^]*\n## Options\n[^|]*)((?:\|.*\n)+)([^]*)$/.exec(readme)!;
  if (process.env['UPDATE_PAGES'] === '1') {
    writeFileSync(file, `${before}${optionsTable()}\n${after}`);
    return;
  }
  expect(cells(table!)).toEqual(cells(optionsTable()));
});

/** The metrics of ourselves, in the order of the table in code. */
function healthTable(): string {
  const rows = selfMetrics.map(({ name, unit, by, doc }) =>
    row([code(name), code(unit), code(by ?? ''), doc]),
  );
  return [row(['Metric', 'Unit', 'By', 'Meaning']), '| - | - | - | - |', ...rows].join('\n');
}

test('the metrics of ourselves stand in the README as they are in the code', () => {
  const page = readFileSync(file, 'utf8');
  const [, before, table, after] = /^([^]*\n## How it is itself\n[^|]*)((?:\|.*\n)+)([^]*)$/.exec(
    page,
  )!;
  if (process.env['UPDATE_PAGES'] === '1') {
    writeFileSync(file, `${before}${healthTable()}\n${after}`);
    return;
  }
  expect(cells(table!)).toEqual(cells(healthTable()));
});

/** What leaves, in the order in which it is asked. */
function leavingTable(): string {
  const rows = leavingRules.map(({ names, treatment, leaves }) =>
    row([names.map(code).join(', '), leaves, openedBy(treatment)]),
  );
  return [row(['Attribute', 'What leaves of it', 'Opened by']), '| - | - | - |', ...rows].join(
    '\n',
  );
}

function openedBy(treatment: Treatment): string {
  if (treatment === 'as it is') return 'open';
  if (treatment === 'never') return '`redact: false` only';
  if (treatment === 'query') return '`allowedQueryParameters`, `openAttributes`';
  if (treatment === 'path') return '`redactPaths: false`, `openAttributes`';
  if (treatment === 'url')
    return '`redactPaths: false`, `allowedQueryParameters`, `openAttributes`';
  return '`openAttributes`';
}

test('what leaves stands in the README as it is in the code', () => {
  const page = readFileSync(file, 'utf8');
  const [, before, table, after] = /^([^]*<!-- leaving -->\n)([^]*?)(<!-- \/leaving -->[^]*)$/.exec(
    page,
  )!;
  if (process.env['UPDATE_PAGES'] === '1') {
    writeFileSync(file, `${before}\n${leavingTable()}\n\n${after}`);
    return;
  }
  expect(cells(table!)).toEqual(cells(leavingTable()));
});

test('the lines for an existing NodeSDK run as they are written', () => {
  const [, program = ''] = /```js\n([^]*?)```/.exec(readme.split('\n## Use\n')[1]!) ?? [];
  expect(program).toContain('new NodeSDK');
  const node = join(__dirname, '../../../node_modules/.bin/node');
  const run = (): unknown =>
    execFileSync(node, ['--input-type=module', '-e', program], { cwd: __dirname, stdio: 'pipe' });
  expect(run).not.toThrow();
});
