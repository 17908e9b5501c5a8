import { describe, expect, test } from '@jest/globals';
import { optionsHelp, parseOptions, UsageError } from '../src/arguments.ts';

const specs = {
  json: { type: 'boolean', help: 'as JSON' },
  seconds: { type: 'integer', least: 1, most: 60, default: 15, placeholder: 'N', help: 'how long' },
} as const;

test('gives every option: switches off, numbers at their default', () => {
  expect(parseOptions(specs, [])).toEqual({ json: false, seconds: 15 });
});

test.each([
  [['--seconds', '6', '--json'], { json: true, seconds: 6 }],
  [['--seconds=60'], { json: false, seconds: 60 }],
  [['--seconds', '1', '--seconds', '2'], { json: false, seconds: 2 }],
])('reads %j', (args, expected) => {
  expect(parseOptions(specs, args)).toEqual(expected);
});

describe('names the option, the rule and the value of', () => {
  test.each([
    [['--secnds', '6'], 'unknown option --secnds'],
    [['-x'], 'unknown option -x'],
    [['--toString'], 'unknown option --toString'],
    [['--seconds'], '--seconds must be a whole number from 1 to 60, got nothing'],
    [['--seconds', 'ten'], '--seconds must be a whole number from 1 to 60, got ten'],
    [['--seconds=0'], '--seconds must be a whole number from 1 to 60, got 0'],
    [['--seconds=61'], '--seconds must be a whole number from 1 to 60, got 61'],
    [['--seconds=1.5'], '--seconds must be a whole number from 1 to 60, got 1.5'],
    [['--seconds='], "--seconds must be a whole number from 1 to 60, got ''"],
    [['--json=yes'], '--json takes no value, got yes'],
    [['extra'], 'unexpected argument extra'],
  ])('%j', (args, message) => {
    expect(() => parseOptions(specs, args)).toThrow(new UsageError(message));
  });
});

test('the help names every option with its default', () => {
  expect(optionsHelp(specs)).toBe(
    ['  --json       as JSON', '  --seconds N  how long (default 15)'].join('\n'),
  );
});
