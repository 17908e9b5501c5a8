import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { symptoms } from '../../src/doctor/symptoms.ts';
import { likelyCause } from '../../src/watchdog/likely-cause.ts';
import { samplerOf } from '../../src/watchdog/sampler.ts';
import type { StartRecord } from '../../src/watchdog/start-record.ts';

const file = join(__dirname, '../../README.md');

function table(): string[][] {
  const rows = Object.entries(symptoms).map(([code, { meaning, remedy }]) => {
    return [`\`${code}\``, meaning, remedy];
  });
  return [['Code', 'What it means', 'What to do'], ...rows];
}

// `UPDATE_PAGES=1 npx jest packages/bootstrap/test/doctor/symptoms` writes the table into the page.
test('the codes in the README are those of the table in code', () => {
  const page = readFileSync(file, 'utf8');
  const [, before, written, after] =
    /^([\s\S]*<!-- codes -->\n)([\s\S]*?)(<!-- \/codes -->[\s\S]*)$/.exec(page)!;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  if (process.env['UPDATE_PAGES'] === '1') {
    const [head, ...rows] = table();
    const text = [line(head!), line(['---', '---', '---']), ...rows.map(line)].join('\n');
    return writeFileSync(file, `${before}\n${text}\n\n${after}`);
  }
  const cells = written!
    .split('\n')
    .filter((row) => row.startsWith('|') && !/^\|[\s|:-]+$/.test(row))
    .map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));
  expect(cells).toEqual(table());
});

const well: StartRecord = {
  service: 'shop',
  destination: 'http://localhost:4318',
  hookMode: 'sync',
  sampler: samplerOf({}),
  loadedBefore: [],
  others: [],
  active: ['http'],
  http: 'instrumented',
};
const off = samplerOf({ OTEL_TRACES_SAMPLER: 'always_off' });

test.each<[string, Partial<StartRecord>, boolean, string]>([
  ['E-SAMPLER-01', { sampler: off, hookMode: 'off' }, true, '/a.mjs'],
  ['E-SDK-01', { hookMode: 'off' }, true, '/a.mjs'],
  ['E-ESM-01', { hookMode: 'off', http: 'waiting' }, false, '/a.mjs'],
  ['E-LOAD-01', { hookMode: 'off', loadedBefore: ['express'] }, false, '/a.cjs'],
  ['E-LOAD-01', { http: 'waiting' }, false, '/a.mjs'],
  ['E-HTTP-01', { http: 'off' }, false, '/a.cjs'],
  ['E-SPANS-01', {}, false, '/a.mjs'],
])('the watchdog names %s, which is in the table', (code, given, isReplaced, entry) => {
  const cause = likelyCause({ record: { ...well, ...given }, isReplaced, entry });
  expect(cause.code).toBe(code);
  expect(Object.keys(symptoms)).toContain(code);
});
