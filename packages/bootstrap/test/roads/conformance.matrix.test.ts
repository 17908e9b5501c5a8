import { expect, test } from '@jest/globals';
import { everyOtelVariable } from '../../src/settings/otel-variables.ts';
import { travel } from './drive.ts';
import { leftToTheWholeSdk, rows } from './rows.ts';

test.each(Object.entries(rows))(
  'both roads see the same with %s',
  async (_what, row) => {
    const [short, long] = await Promise.all([travel('short', row), travel('long', row)]);
    expect(short).toEqual(long);
  },
  60_000,
);

test('every variable we claim is in a row', () => {
  const set = new Set(Object.values(rows).flatMap(({ env }) => Object.keys(env)));
  const claimed = everyOtelVariable()
    .filter(({ by }) => by !== null && by !== 'instrumentation')
    .map(({ name }) => name);
  expect(claimed.filter((name) => !set.has(name))).toEqual(leftToTheWholeSdk);
});
