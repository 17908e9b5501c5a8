import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { cacheOptionTable, createCache } from '../src/index.ts';
import type { CacheOptions } from '../src/index.ts';

describe('the options', () => {
  test.each<[CacheOptions, string]>([
    [{ name: '' }, "name must be a string of 1 to 128 characters, got ''"],
    [{ name: 'x'.repeat(129) }, 'name must be a string of 1 to 128 characters'],
    [{ store: {} as never }, 'store must be a Keyv storage adapter, a Map or a Keyv'],
    [{ store: 'redis://localhost' as never }, "got 'redis://localhost'"],
    [{ maxEntries: 0 }, 'maxEntries must be a whole number from 1 to 10000000, got 0'],
    [{ maxSizeBytes: -1 }, 'maxSizeBytes must be a whole number'],
    [{ storeTimeoutMs: Infinity }, 'storeTimeoutMs must be a whole number'],
    [{ maxUnansweredCalls: 1.5 }, 'maxUnansweredCalls must be a whole number'],
    [{ maxTags: NaN }, 'maxTags must be a whole number from 1 to 10000000, got NaN'],
    [{ maxEventsPerSpan: 129 }, 'maxEventsPerSpan must be a whole number from 0 to 128, got 129'],
    [{ now: 5 as never }, 'now must be a function'],
    [{ ttll: 5 } as never, 'ttll is not an option of createCache; there are name, ttl, store'],
    ['cache' as never, 'createCache takes an object of options, got cache'],
  ])('%p are refused with the option, the rule and the value', (options, message) => {
    expect(() => createCache(options)).toThrow(message);
  });

  test('have valid defaults', () => {
    for (const { default: value, isValid } of Object.values(cacheOptionTable)) {
      if (value !== undefined) expect(isValid(value)).toBe(true);
    }
  });

  test('stand in the README as they are in the code', () => {
    const rows = Object.entries(cacheOptionTable).flatMap(([name, row]) =>
      'isForTests' in row
        ? []
        : [[`\`${name}\``, row.type, shownDefault(row.default), row.meaning]],
    );
    const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
    const section = readme.slice(readme.indexOf('\n## Options\n'));
    const lines = section.split('\n').filter((line) => line.startsWith('| `'));
    const cells = lines.map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(cells.slice(0, rows.length)).toEqual(rows);
  });
});

function shownDefault(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? `\`'${value}'\`` : `\`${String(value)}\``;
}
