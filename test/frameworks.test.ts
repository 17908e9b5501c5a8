import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectRun } from './matrix/frameworks/expect-run.ts';
import { compatibility, readProved } from './matrix/frameworks/proved.ts';
import { rows } from './matrix/frameworks/rows.ts';
import { runRow } from './matrix/frameworks/run-row.ts';
import { fillPostgres } from './matrix/frameworks/stores.ts';

describe('Express 5 on PostgreSQL, the quick row of the framework matrix', () => {
  let postgres: Awaited<ReturnType<typeof fillPostgres>>;
  beforeAll(async () => {
    postgres = await fillPostgres();
  }, 120_000);
  afterAll(() => postgres?.stop());

  const row = rows.find(({ name }) => name === 'express-5')!;
  test.each(['cjs', 'mjs'] as const)(
    '%s',
    async (form) => {
      expectRun(await runRow(row, form, process.execPath, postgres.env), row);
    },
    120_000,
  );
});

// `UPDATE_PAGES=1 npx jest test/frameworks` writes the tables into the page.
test("the README's compatibility tables are what the matrix recorded", () => {
  const file = join(__dirname, '../packages/bootstrap/README.md');
  const page = readFileSync(file, 'utf8');
  const [, before, tables, after] =
    /^([\s\S]*<!-- compatibility -->\n)([\s\S]*?)(<!-- \/compatibility -->[\s\S]*)$/.exec(page)!;
  const wanted = compatibility(readProved());
  if (process.env['UPDATE_PAGES'] === '1') {
    writeFileSync(file, `${before}\n${wanted}\n\n${after}`);
    return;
  }
  expect(cells(tables!)).toEqual(cells(wanted));
});

/** As Prettier may have laid it out. */
function cells(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\|[\s|:-]+$/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
}
