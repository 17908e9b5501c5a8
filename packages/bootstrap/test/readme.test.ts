import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { bootstrapOptionTable } from '../src/settings/options.ts';

const file = join(__dirname, '../README.md');

/** The options table as Markdown, in the order of the table in code. */
function settingsTable(): string {
  const rows = Object.entries(bootstrapOptionTable).map(
    ([name, spec]) =>
      `| \`${name}\` | ${spec.env === null ? '' : `\`${spec.env}\``} | ${String(spec.default)} | ${spec.doc} |`,
  );
  return [
    '| Option | Environment | Default | Meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

// `UPDATE_PAGES=1 npx jest packages/bootstrap/test/readme` writes the table into the page.
test('the settings in the README are those of the table in code', () => {
  const page = readFileSync(file, 'utf8');
  const [, before, table, after] =
    /^([\s\S]*<!-- settings -->\n)([\s\S]*?)(<!-- \/settings -->[\s\S]*)$/.exec(page)!;
  if (process.env['UPDATE_PAGES'] === '1') {
    writeFileSync(file, `${before}\n${settingsTable()}\n\n${after}`);
    return;
  }
  expect(cells(table!)).toEqual(cells(settingsTable()));
});

function cells(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
}
