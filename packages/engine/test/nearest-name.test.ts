import { expect, test } from '@jest/globals';
import { didYouMean, nearestName } from '../src/nearest-name.ts';

const names = ['minRepeats', 'slowQueryMs', 'slowHttpMs', 'redact', 'explain'];

test.each([
  ['minRepeat', 'minRepeats'],
  ['minrepeats', 'minRepeats'],
  ['mniRepeats', 'minRepeats'],
  ['slow_query_ms', 'slowQueryMs'],
  ['slowHtpMs', 'slowHttpMs'],
  ['REDACT', 'redact'],
  ['redakt', 'redact'],
])('%s was meant to be %s', (given, meant) => {
  expect(nearestName(given, names)).toBe(meant);
});

test.each(['colour', 'x', '', 'constructor', 'r'.repeat(100_000)])(
  '%.12j is near to none',
  (given) => {
    expect(nearestName(given, names)).toBeUndefined();
    expect(didYouMean(given, names)).toBe('');
  },
);

test('of several that are near, the nearest', () => {
  expect(nearestName('slowHttpsMs', [...names, 'slowHttpsMsX'])).toBe('slowHttpMs');
  expect(didYouMean('minRepeat', names)).toBe('; did you mean minRepeats?');
});
