import { describe, expect, test } from '@jest/globals';
import { optionsFromEnv, resolveOptions } from '../src/option-table.ts';
import { engineOptionTable, resolveEngineOptions } from '../src/options.ts';
import type { EngineOptions } from '../src/options.ts';

const names = Object.keys(engineOptionTable) as (keyof typeof engineOptionTable)[];
const odd: [unknown, string][] = [
  [-1, '-1'],
  [0, '0'],
  [Number.NaN, 'NaN'],
  [Infinity, 'Infinity'],
  ['5', '"5"'],
  [{}, 'an object'],
  [Object.create(null), 'an object'],
  [[1], 'an array of 1'],
  [() => 1, 'a function'],
  [Symbol('s'), 'Symbol(s)'],
  [10n, '10'],
];

describe.each(names)('%s', (name) => {
  const spec = engineOptionTable[name];

  test('has a default that its own check accepts, a sentence and a rule', () => {
    expect(spec.accepts(spec.default)).toBe(true);
    expect(resolveEngineOptions()[name]).toBe(spec.default);
    expect(spec.doc).toMatch(/^[A-Z].*\.$/);
    expect(spec.rule).not.toBe('');
  });

  test.each(odd)('refuses %p with its name, its rule and the value', (value, shown) => {
    const given = { [name]: value } as EngineOptions;
    const flaw = spec.flaw?.(value);
    expect(() => resolveEngineOptions(given)).toThrow(
      new RangeError(
        flaw == null
          ? `${name} must be ${spec.rule}, got ${shown}`
          : `${name}[0] must be ${flaw.rule}, got 1`,
      ),
    );
  });

  test('has a form for editors that lets its default pass', () => {
    expect(spec.schema).toBeDefined();
  });

  test('has a variable of its own in the environment, or none', () => {
    const variables = names
      .map((other) => engineOptionTable[other].env)
      .filter((env) => env !== null);
    expect(new Set(variables).size).toBe(variables.length);
    if (spec.env !== null) expect(spec.env).toMatch(/^SPANDREL_[A-Z_]+$/);
  });
});

test('what is given wins over the default, and nothing given is the default', () => {
  expect(resolveEngineOptions({ minRepeats: 3 }).minRepeats).toBe(3);
  expect(resolveEngineOptions({ minRepeats: undefined }).minRepeats).toBe(5);
  expect(Object.isFrozen(resolveEngineOptions())).toBe(true);
});

test('each limit holds exactly at its edge', () => {
  expect(resolveEngineOptions({ minRepeats: 2 }).minRepeats).toBe(2);
  expect(() => resolveEngineOptions({ minRepeats: 1 })).toThrow(
    'a whole number of at least 2, got 1',
  );
  expect(() => resolveEngineOptions({ minRepeats: 2.5 })).toThrow('got 2.5');
  expect(resolveEngineOptions({ slowQueryMs: 0.001 }).slowQueryMs).toBe(0.001);
});

test('a misspelt option is refused', () => {
  expect(() => resolveOptions(engineOptionTable, { minRepeat: 3 } as EngineOptions)).toThrow(
    new RangeError('minRepeat is not an option; did you mean minRepeats?'),
  );
  expect(() =>
    resolveOptions(engineOptionTable, { toString: 3 } as unknown as EngineOptions),
  ).toThrow(new RangeError('toString is not an option'));
});

describe('the environment', () => {
  const env = (variables: Record<string, string>): unknown =>
    optionsFromEnv(engineOptionTable, variables);

  test('sets what it says and nothing else', () => {
    expect(env({ SPANDREL_MIN_REPEATS: ' 7 ', SPANDREL_SLOW_QUERY_MS: '0.5', OTHER: 'x' })).toEqual(
      {
        minRepeats: 7,
        slowQueryMs: 0.5,
      },
    );
  });

  test('says nothing when a variable is empty', () => {
    expect(env({ SPANDREL_MIN_REPEATS: '', SPANDREL_SLOW_QUERY_MS: '  ' })).toEqual({});
  });

  const bad = ['x', '-1', '0', '1', '7.5', '1e3', '0x10', 'Infinity', '7 8', '__proto__'];
  test.each(bad)('is refused when it says %j, with variable, rule and value', (text) => {
    expect(() => env({ SPANDREL_MIN_REPEATS: text })).toThrow(
      new RangeError(
        `SPANDREL_MIN_REPEATS must be a whole number of at least 2, got ${JSON.stringify(text)}`,
      ),
    );
  });

  test('tells a listener instead of throwing, and goes on', () => {
    const told: string[][] = [];
    const found = optionsFromEnv(
      engineOptionTable,
      { SPANDREL_MIN_REPEATS: 'many', SPANDREL_SLOW_ENDPOINT_MS: '50' },
      (...words) => told.push(words),
    );
    expect(found).toEqual({ slowEndpointMs: 50 });
    expect(told).toEqual([
      [
        'SPANDREL_MIN_REPEATS',
        'SPANDREL_MIN_REPEATS must be a whole number of at least 2, got "many"',
      ],
    ]);
  });

  test('reads a flag as true, false, 1 or 0', () => {
    const table = { on: { ...engineOptionTable.explain, env: 'ON' } };
    const read = (text: string): unknown => optionsFromEnv(table, { ON: text }).on;
    expect(['true', 'TRUE', '1', ' false', '0'].map(read)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    for (const text of ['yes', '__proto__', 'constructor']) {
      expect(() => read(text)).toThrow(`ON must be true or false, got "${text}"`);
    }
  });
});
