import { describe, expect, test } from '@jest/globals';
import { byLocalRoot, settleLocalRoots } from '../src/local-roots.ts';
import { SpanKind } from '../src/types.ts';
import type { Span } from '../src/types.ts';
import { aSpan } from './build.ts';
import { forSeeds, shuffled } from './random.ts';

const { server, client, consumer, producer, internal } = SpanKind;

/** A span whose sender does not say where its parent is. */
function guessed(spanId: string, parentSpanId: string, kind: number): Span {
  const isLocalRoot = kind === server || kind === consumer;
  return aSpan({ spanId, parentSpanId, kind, isLocalRoot, isRootGuessed: true });
}
const first = (spanId: string): Span => aSpan({ spanId, isLocalRoot: true, kind: server });

function rootsOf(...parts: Span[][]): string[] {
  return settleLocalRoots(parts.map((spans) => ({ spans })))
    .flat()
    .filter(({ isLocalRoot }) => isLocalRoot)
    .map(({ spanId }) => spanId);
}

describe('where the sender does not say, a span with a parent is a local root', () => {
  test.each<[string, Span[][], string[]]>([
    ['in another service', [[first('a')], [guessed('b', 'a', server)]], ['a', 'b']],
    ['in another service, of any kind', [[first('a')], [guessed('b', 'a', internal)]], ['a', 'b']],
    [
      'that it answers',
      [[first('a'), guessed('b', 'a', client), guessed('c', 'b', server)]],
      ['a', 'c'],
    ],
    [
      'whose message it takes',
      [[first('a'), guessed('b', 'a', producer), guessed('c', 'b', consumer)]],
      ['a', 'c'],
    ],
    ['that never came, if it answers somebody', [[guessed('b', 'gone', consumer)]], ['b']],
  ])('%s', (_name, parts, expected) => {
    expect(rootsOf(...parts)).toEqual(expected);
  });
});

describe('and is none', () => {
  test.each<[string, Span[][], string[]]>([
    ['inside a server span of its own service', [[first('a'), guessed('b', 'a', server)]], ['a']],
    [
      'below it with steps between',
      [[first('a'), guessed('m', 'a', internal), guessed('b', 'm', server)]],
      ['a'],
    ],
    ['when it calls and the parent never came', [[guessed('b', 'gone', client)]], []],
  ])('%s', (_name, parts, expected) => {
    expect(rootsOf(...parts)).toEqual(expected);
  });
});

test('what the sender says is believed', () => {
  const said = { parentSpanId: 'a', kind: server };
  const remote = aSpan({ spanId: 'b', isLocalRoot: true, ...said });
  const local = aSpan({ spanId: 'c', isLocalRoot: false, ...said });
  expect(rootsOf([first('a'), remote], [local])).toEqual(['a', 'b']);
});

test('a span that is its own parent has none, and a circle has no root', () => {
  expect(rootsOf([guessed('a', 'a', internal)])).toEqual(['a']);
  expect(rootsOf([aSpan({ spanId: 'a', parentSpanId: 'a' })])).toEqual(['a']);
  expect(rootsOf([guessed('a', 'b', internal), guessed('b', 'a', internal)])).toEqual([]);
});

test('spans are not changed, and handed back as they are where nothing is open', () => {
  const spans = Object.freeze([
    Object.freeze(first('a')),
    Object.freeze(guessed('b', 'a', server)),
  ]);
  const [settled] = settleLocalRoots([{ spans }]);
  expect(settled![0]).toBe(spans[0]);
  expect(spans[1]!.isLocalRoot).toBe(true);
  const plain = [first('a')];
  expect(settleLocalRoots([{ spans: plain }])[0]).toBe(plain);
});

test('every span belongs to the nearest root above it, in any order, and to one only', () => {
  const spans = [
    first('a'),
    aSpan({ spanId: 'a1', parentSpanId: 'a' }),
    aSpan({ spanId: 'b', parentSpanId: 'a1', isLocalRoot: true }),
    aSpan({ spanId: 'b1', parentSpanId: 'b' }),
    aSpan({ spanId: 'b2', parentSpanId: 'b1' }),
    aSpan({ spanId: 'x', parentSpanId: 'y' }),
    aSpan({ spanId: 'y', parentSpanId: 'x' }),
    aSpan({ spanId: 'o', parentSpanId: 'gone' }),
  ];
  forSeeds(30, (random) => {
    const parts = byLocalRoot(shuffled(random, spans));
    const ids = [...parts].map(([root, members]) => [
      root?.spanId,
      members
        .map(({ spanId }) => spanId)
        .sort()
        .join(' '),
    ]);
    expect(Object.fromEntries(ids)).toEqual({ a: 'a a1', b: 'b b1 b2', undefined: 'o x y' });
  });
});
