import { describe, expect, test } from '@jest/globals';
import { optionsHelp, parseArguments, splitAtCommand, UsageError } from '../src/arguments.ts';

const specs = {
  json: { type: 'boolean', help: 'as JSON' },
  seconds: { type: 'integer', least: 1, most: 60, default: 15, placeholder: 'N', help: 'how long' },
} as const;

test('gives every option: switches off, numbers at their default', () => {
  expect(parseArguments(specs, []).values).toEqual({ json: false, seconds: 15 });
});

test.each([
  [['--seconds', '6', '--json'], { json: true, seconds: 6 }],
  [['--seconds=60'], { json: false, seconds: 60 }],
  [['--seconds', '1', '--seconds', '2'], { json: false, seconds: 2 }],
])('reads %j', (args, expected) => {
  expect(parseArguments(specs, args).values).toEqual(expected);
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
    expect(() => parseArguments(specs, args)).toThrow(new UsageError(message));
  });
});

test('the help names every option with its default', () => {
  expect(optionsHelp(specs)).toBe(
    ['  --json       as JSON', '  --seconds N  how long (default 15)'].join('\n'),
  );
});

describe('operands, texts, choices and settings', () => {
  const more = {
    json: { type: 'boolean', help: 'as JSON' },
    file: { type: 'text', placeholder: 'FILE', help: 'which' },
    format: { type: 'choice', choices: ['a', 'b'], default: 'a', placeholder: 'NAME', help: 'how' },
    limit: {
      type: 'setting',
      placeholder: 'N',
      setting: {
        default: 5,
        doc: 'How many.',
        rule: 'a whole number',
        parse: (text: string) => (/^\d+$/.test(text) ? Number(text) : undefined),
        accepts: (value: unknown): value is number => typeof value === 'number' && value > 1,
      },
    },
  } as const;

  test('are read in any order; behind -- all are operands, - is one', () => {
    const { values, operands } = parseArguments(
      more,
      ['x', '--limit', '7', '-', '--file=f', '--format', 'b', '--', '--json'],
      true,
    );
    expect(values).toEqual({ json: false, file: 'f', format: 'b', limit: 7 });
    expect(operands).toEqual(['x', '-', '--json']);
  });

  test('are undefined or at their default when not given', () => {
    expect(parseArguments(more, [], true)).toEqual({
      values: { json: false, file: undefined, format: 'a', limit: undefined },
      operands: [],
    });
  });

  test.each([
    [['--format', 'c'], '--format must be one of a, b, got c'],
    [['--format'], '--format must be one of a, b, got nothing'],
    [['--file='], "--file must be a file, got ''"],
    [['--limit', '1'], '--limit must be a whole number, got 1'],
    [['--limit', 'x'], '--limit must be a whole number, got x'],
  ])('name the option, the rule and the value of %j', (args, message) => {
    expect(() => parseArguments(more, args, true)).toThrow(new UsageError(message));
  });

  test('stand in the help with their default', () => {
    expect(optionsHelp(more).split('\n').slice(1)).toEqual([
      '  --file FILE    which',
      '  --format NAME  how (default a)',
      '  --limit N      how many (default 5)',
    ]);
  });
});

test.each([
  [['app.js', '--json'], [], ['app.js', '--json']],
  [
    ['--seconds', '6', 'app.js', '--', 'x'],
    ['--seconds', '6'],
    ['app.js', '--', 'x'],
  ],
  [['--json', '--', 'node', '--json', 'app.js'], ['--json'], ['node', '--json', 'app.js']],
  [['--json'], ['--json'], []],
])('of %j, %j are options of ours and %j is the command', (args, own, command) => {
  expect(splitAtCommand(specs, args)).toEqual({ own, command });
});
