import { inspect } from 'node:util';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Span } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { noteParameters } from '../../src/index.ts';
import { aRequest, aRig } from '../build.ts';
import type { RigConfig } from '../build.ts';

const byId = 'SELECT * FROM notes WHERE id = $1';
const byOwner = 'SELECT * FROM rooms WHERE owner_id = $1';

afterEach(() => {
  jest.useRealTimers();
});

function hashOf(span: Span): unknown {
  return (span as never as ReadableSpan).attributes['spandrel.db.parameters_hash'];
}

/** The hashes of queries of one request, in their order. */
function hashesOf(queries: [text: string, values?: unknown][], config: RigConfig = {}): unknown[] {
  const request = aRequest(aRig(config), '/a');
  const spans = queries.map(([text, ...values]) =>
    request.query(text, values.length === 0 ? {} : { values: values[0] }),
  );
  request.end();
  return spans.map(hashOf);
}

describe('the hash of a query’s parameters', () => {
  test('is written where a shape comes twice in a trace, and only there', () => {
    const [a, b, once] = hashesOf([
      [byId, [1]],
      [byId, [2]],
      [byOwner, [1]],
    ]);
    expect(a).toMatch(/^[0-9a-f]{16}$/);
    expect(b).toMatch(/^[0-9a-f]{16}$/);
    expect(once).toBeUndefined();
  });

  test('is the same for the same values and no others, whatever the shape', () => {
    const [one, same, other, elsewhere, elsewhereOther] = hashesOf([
      [byId, [1]],
      [byId, ['1']],
      [byId, [2]],
      [byOwner, [1]],
      [byOwner, [3]],
    ]);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
    expect(elsewhere).toBe(one);
    expect(new Set([one, other, elsewhereOther]).size).toBe(3);
  });

  test('counts values in the text as it counts parameters', () => {
    const [inline, quoted, given, negative] = hashesOf([
      ['SELECT * FROM notes WHERE id = 7'],
      [`SELECT * FROM notes WHERE id = '7'`],
      [byId, [7]],
      ['SELECT * FROM notes WHERE id = -7', undefined],
    ]);
    expect(inline).toMatch(/^[0-9a-f]{16}$/);
    expect(quoted).toBe(inline);
    expect(given).toBe(inline);
    expect(negative).not.toBe(inline);
  });

  test('tells apart what differs in the text only, in the parameters only, or in where it stands', () => {
    const hashes = hashesOf([
      ['SELECT * FROM t WHERE a = $1 AND b = 1', [1]],
      ['SELECT * FROM t WHERE a = $1 AND b = 2', [1]],
      ['SELECT * FROM t WHERE a = $1 AND b = 1', [2]],
      ['SELECT * FROM t WHERE a = $1 AND b = 1', [1]],
    ]);
    expect(new Set(hashes).size).toBe(3);
    expect(hashes[3]).toBe(hashes[0]);
  });

  test.each<[string, [string, unknown?][]]>([
    ['nobody told the parameters', [[byId], [byId]]],
    [
      'a parameter cannot be compared',
      [
        [byId, [{}]],
        [byId, [{}]],
      ],
    ],
    [
      'parameters are no array',
      [
        [byId, 5],
        [byId, 5],
      ],
    ],
    [
      'nobody told the parameters beside values in the text',
      [[`${byId} LIMIT 1`], [`${byId} LIMIT 1`]],
    ],
    ['the statement holds no value', [['SELECT id FROM notes'], ['SELECT id FROM notes']]],
    ['the call has no SQL', [['not read', [1]]]],
  ])('is not written where %s', (_why, queries) => {
    for (const hash of hashesOf(queries)) expect(hash).toBeUndefined();
  });

  test('sees the values as they were when the query started', () => {
    const request = aRequest(aRig(), '/a');
    const reused: unknown[] = [];
    const dates = [new Date(0)];
    const bytes = Buffer.alloc(1);
    const spans = [1, 2].map((id) => {
      reused[0] = id;
      dates[0]!.setTime(id);
      bytes[0] = id;
      return ['$1', '$1, $2', '$1, $3'].map((places, kind) =>
        request.query(`SELECT f(${places})`, { values: [reused, dates, [bytes]][kind] }),
      );
    });
    request.end();
    spans[0]!.forEach((span, kind) => {
      expect(hashOf(span)).toMatch(/^[0-9a-f]{16}$/);
      expect(hashOf(span)).not.toBe(hashOf(spans[1]![kind]!));
    });
  });

  test('agrees between processes that share a key, and only between them', () => {
    const queries: [string, unknown][] = [
      [byId, [1]],
      [byId, [2]],
    ];
    const [a, b] = ['a shared secret', 'a shared secret'].map((parametersKey) =>
      hashesOf(queries, { parametersKey }),
    );
    expect(a).toEqual(b);
    expect(hashesOf(queries)).not.toEqual(a);
    expect(hashesOf(queries)).not.toEqual(hashesOf(queries));
  });

  test('is written on every query when asked for', () => {
    const [once] = hashesOf([[byId, [1]]], { hashAllParameters: true });
    expect(once).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    ['without call sites', { callSites: false }],
    ['beside other processors', { exports: false }],
  ])('is written %s too', (_how, config) => {
    expect(
      hashesOf(
        [
          [byId, [1]],
          [byId, [1]],
        ],
        config,
      )[0],
    ).toMatch(/^[0-9a-f]{16}$/);
  });

  test('is written on queries that ended after their request', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    const late = request.child('pg.query:SELECT shop', {
      scope: '@opentelemetry/instrumentation-pg',
      kind: 2,
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': byId },
    });
    noteParameters(late.span, [1]);
    request.end();
    late.end();
    await rig.processor.forceFlush();
    expect(hashOf(late.span)).toMatch(/^[0-9a-f]{16}$/);
  });

  test('is written on queries that leave before their request is judged', async () => {
    jest.useFakeTimers({ doNotFake: ['Date', 'performance', 'nextTick', 'queueMicrotask'] });
    const rig = aRig({ maxHoldMs: 1000 });
    const request = aRequest(rig, '/a');
    const span = request.query(byId, { values: [1] });
    rig.clock.nowMs += 5000;
    jest.advanceTimersByTime(2000);
    await rig.processor.forceFlush();
    expect(rig.exporter.spans).toHaveLength(1);
    expect(hashOf(span)).toMatch(/^[0-9a-f]{16}$/);
    request.end();
  });

  test('is all that is seen of the values: not by who prints a span, and not afterwards', () => {
    const request = aRequest(aRig(), '/a');
    const spans = request.queries(2, byId, { values: ['hush'] });
    const print = (): string => inspect(spans, { depth: 10, showHidden: true });
    expect(print()).not.toContain('hush');
    request.end();
    expect(print()).not.toContain('hush');
    expect(print()).not.toContain('Symbol(spandrel.parameters)]: Noted');
  });
});

describe('parameters that are hard to keep', () => {
  test('a sealed span, values that throw and values that hold themselves cost nothing but the hash', () => {
    const values: unknown[] = [];
    values.push(values);
    const throwing = new Proxy([1], {
      get() {
        throw new Error('not yours');
      },
    });
    expect(() => noteParameters(Object.freeze({}), [1])).not.toThrow();
    const hashes = hashesOf([
      [byId, values],
      [byId, throwing],
    ]);
    expect(hashes).toEqual([undefined, undefined]);
  });

  test('they count as held memory while their request lasts', async () => {
    const rig = aRig({ maxHeldBytes: 3000 });
    const request = aRequest(rig, '/a');
    request.queries(3, byId, { values: ['x'.repeat(900)] });
    request.end();
    await rig.processor.forceFlush();
    expect(rig.processor.counts.unjudgedSpans).toEqual({ max_held_spans: 2 });
  });
});
