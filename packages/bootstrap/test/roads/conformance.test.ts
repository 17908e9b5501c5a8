import { expect, test } from '@jest/globals';
import { travel } from './drive.ts';
import { rows } from './rows.ts';

// A few of the matrix beside this file.
test.each(['service and resource', 'half of all', 'headers and compression of each signal'])(
  'both roads see the same with %s',
  async (what) => {
    const [short, long] = await Promise.all([
      travel('short', rows[what]!),
      travel('long', rows[what]!),
    ]);
    expect(short).toEqual(long);
    expect(short.visits.length).toBeGreaterThan(0);
  },
  60_000,
);
