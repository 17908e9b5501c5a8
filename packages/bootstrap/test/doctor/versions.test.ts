import { expect, test } from '@jest/globals';
import { instrumentationTable } from '../../src/instrumentations/table.ts';
import { hasSyncHooks } from '../../src/node-support.ts';
import { compareVersions, isInRange } from '../../src/doctor/versions.ts';

test.each([
  ['8.23.1', '>=8.0.3 <9', true],
  ['8.0.2', '>=8.0.3 <9', false],
  ['9.0.0', '>=8.0.3 <9', false],
  ['9.0.0-rc.1', '>=8.0.3 <9', false],
  ['3.0.0', '*', true],
  ['2.1.0', '>=1 <2 || >=2.1 <3', true],
  ['2.0.0', '>=1 <2 || >=2.1 <3', false],
  ['4.0.0', '<=4', true],
  ['4.0.1', '>4', true],
])('%s in %s: %s', (version, range, isIn) => {
  expect(isInRange(version, range)).toBe(isIn);
});

test('versions are compared by numbers', () => {
  expect(compareVersions('10.0.0', '9.9.9')).toBeGreaterThan(0);
  expect(compareVersions('1.2', '1.2.0')).toBe(0);
});

test('ranges of the table are written in this form', () => {
  for (const { supports } of instrumentationTable) {
    expect(supports).toMatch(
      /^(\*|([<>]=?\d+(\.\d+){0,2} ?)+)( \|\| ([<>]=?\d+(\.\d+){0,2} ?)+)*$/,
    );
  }
});

test.each([
  ['22.22.2', false],
  ['22.22.3', true],
  ['23.11.0', false],
  ['24.11.0', false],
  ['24.11.1', true],
  ['24.21.0', true],
  ['25.0.0', false],
  ['25.1.0', true],
  ['26.0.0-nightly', true],
  ['20.20.2', false],
])('Node.js %s hooks imports: %s', (version, does) => {
  expect(hasSyncHooks(version)).toBe(does);
});
