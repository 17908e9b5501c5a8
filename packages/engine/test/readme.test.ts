import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createAnalyzer } from '../src/analyzer.ts';
import { formatCaller } from '../src/call-site.ts';
import { engineOptionTable } from '../src/options.ts';
import { rules } from '../src/rules/index.ts';
import { aTrace, noteById, someDayMs } from './build.ts';

const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');

/** The cells of the table under a heading, without its head; white space does not count. */
function tableUnder(heading: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

test('the rules stand in the README as they are in the code', () => {
  expect(tableUnder('Rules')).toEqual(
    rules.map(({ name, firesWhen }) => [`\`${name}\``, firesWhen]),
  );
});

test('the options stand in the README as they are in the code', () => {
  const expected = Object.entries(engineOptionTable).map(([name, spec]) => [
    `\`${name}\``,
    `\`${spec.default}\``,
    spec.env === null ? '' : `\`${spec.env}\``,
    spec.doc,
  ]);
  expect(tableUnder('Options')).toEqual(expected);
});

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
