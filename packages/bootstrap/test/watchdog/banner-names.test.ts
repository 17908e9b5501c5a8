import { expect, test } from '@jest/globals';
import { banner } from '../../src/watchdog/banner.ts';
import type { StartRecord } from '../../src/watchdog/start-record.ts';

test('a name in the banner steers no terminal and fills none', () => {
  const record = {
    destination: 'http://localhost:4318',
    sampler: { name: 'parentbased_always_on' },
    others: [],
  } as unknown as StartRecord;
  const service = `a\u001b[2J\nspandrel: forged ${'x'.repeat(100_000)}`;
  const line = banner({ ...record, service }, []);
  expect(line).not.toMatch(/\p{Cc}/u);
  expect(line).toMatch(/^watching a\?\[2J\?spandrel: forged x+…, exporting to /);
  expect(line.length).toBeLessThan(300);
});
