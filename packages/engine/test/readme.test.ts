import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createAnalyzer } from '../src/analyzer.ts';
import { formatCaller } from '../src/call-site.ts';
import { engineOptionTable } from '../src/options.ts';
import { rules, wholeTraceRules } from '../src/rules/index.ts';
import { watchers } from '../src/watchers/index.ts';
import { aTrace, noteById, someDayMs } from './build.ts';

const file = join(__dirname, '..', 'README.md');
const readme = readFileSync(file, 'utf8');

// `UPDATE_PAGES=1 npx jest packages/engine/test/readme` writes the tables into the page.
test.each<[string, readonly string[], readonly (readonly string[])[]]>([
  ['Rules', ['Rule', 'Fires when'], rulesTable()],
  ['Options', ['Option', 'Default', 'Environment', 'Meaning'], optionsTable()],
])('%s stand in the README as they are in the code', (heading, titles, rows) => {
  const [before, rest = ''] = readFileSync(file, 'utf8').split(
    new RegExp(`(?<=\n## ${heading}\n)`),
  );
  const table = /(?:\|.*\n)+/.exec(rest)?.[0] ?? '';
  if (process.env['UPDATE_PAGES'] === '1') {
    const lines = [titles, titles.map(() => '-'), ...rows].map((row) => `| ${row.join(' | ')} |\n`);
    writeFileSync(file, before + rest.replace(table, () => lines.join('')));
    return;
  }
  expect(cellsOf(table)).toEqual([titles, ...rows]);
});

function rulesTable(): string[][] {
  return [...rules, ...wholeTraceRules, ...watchers].map(({ name, firesWhen }) => [
    `\`${name}\``,
    firesWhen,
  ]);
}

function optionsTable(): string[][] {
  return Object.entries(engineOptionTable).map(([name, spec]) => [
    `\`${name}\``,
    Array.isArray(spec.default) ? '' : `\`${spec.default}\``,
    spec.env === null ? '' : `\`${spec.env}\``,
    spec.doc,
  ]);
}

/** White space does not count, nor does the line under the head. */
function cellsOf(table: string): string[][] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

test('the README prints what the engine says', () => {
  const analyzer = createAnalyzer();
  const { spans } = aTrace().withQueries(6, noteById, { eachMs: 10, from: {} });
  analyzer.add('app', spans, someDayMs);
  analyzer.finish(someDayMs);
  const [problem] = analyzer.report(someDayMs).problems;
  const { rule, endpoint, summary, repeats, costMs, callSite, advice } = problem!;
  const { file, line, function: name } = callSite!;
  expect(formatCaller(callSite!)).toBe(`${name} (${file}:${line})`);
  const said = [
    `${rule}  ${endpoint}  ${summary} ran ${repeats} times in ${costMs} ms`,
    `  ${file}:${line} ${name}`,
    `  ${advice.text}`,
    `  ${advice.statement}`,
  ];
  expect(readme).toContain(said.join('\n'));
});
