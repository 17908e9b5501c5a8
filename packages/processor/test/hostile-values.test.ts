import { describe, expect, test } from '@jest/globals';
import { allowRepeats, noteParameters } from '../src/index.ts';
import { parametersText } from '../src/parameters/noted.ts';
import { aRequest, aRig, pgScope, postgresAttributes } from './build.ts';
import { hostileValues } from './hostile-values.ts';
import { forSeeds, oneOf } from '../../engine/test/random.ts';

const client = 2;
const names = Object.keys(hostileValues);

describe('noted parameters', () => {
  test.each(names)('%s neither throws nor stalls, alone and in a list', (name) => {
    for (const values of [hostileValues[name]!(), [1, hostileValues[name]!()]]) {
      const span = {};
      noteParameters(span, values);
      const text = parametersText(span);
      expect(text === null || text === undefined || text.length <= 2100).toBe(true);
    }
  });

  test('any mixture of them leaves a request as it was', () => {
    forSeeds(60, (random) => {
      const rig = aRig();
      const request = aRequest(rig, '/users');
      for (let i = 0; i < 6; i++) {
        const attributes = { ...postgresAttributes, 'db.query.text': 'SELECT $1, $2' };
        const child = request.child('q', { kind: client, attributes, scope: pgScope } as never);
        const light = names.filter((name) => !name.startsWith('100 MB'));
        const values = Array.from({ length: 3 }, () => hostileValues[oneOf(random, light)]!());
        noteParameters(child.span, oneOf(random, [values, values[0]]));
        child.end();
      }
      request.end();
      expect(rig.processor.counts.unjudgedTraces).toEqual({});
    });
  });

  test('a sealed span is let be', () => {
    noteParameters(Object.freeze({}), [1]);
    noteParameters(null as never, [1]);
  });
});

test.each(names)('a reason of %s is taken or refused, with the work done or not begun', (name) => {
  let isDone = false;
  const work = (): string => {
    isDone = true;
    return 'done';
  };
  try {
    expect(allowRepeats(hostileValues[name]!() as never, work)).toBe('done');
  } catch (error) {
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    expect(isDone).toBe(false);
  }
});

describe('attributes', () => {
  const places = [
    'db.query.text',
    'db.statement',
    'db.query.parameter.0',
    'db.operation.name',
    'db.system.name',
    'db.connection_string',
    'http.request.method',
    'http.request.header.referer',
    'http.route',
    'url.full',
    'url.path',
    'url.query',
    'graphql.source',
    'exception.message',
    'exception.stacktrace',
    'error.type',
    'cache.name',
    'code.file.path',
    'own.name',
  ];

  test.each(names)(
    "of %s, put there behind the SDK's back, cost no more than their span",
    async (name) => {
      const light = hostileValues[name]!();
      for (const place of places) {
        const rig = aRig();
        const request = aRequest(rig, '/users');
        const child = request.child('call', { kind: client });
        (child.span as unknown as { attributes: Record<string, unknown> }).attributes[place] =
          light;
        child.end();
        request.end();
        await rig.processor.forceFlush();
        const { exportedSpans, droppedSpans } = rig.processor.counts;
        const lost = Object.values(droppedSpans).reduce((sum, count) => sum + count, 0);
        expect([place, exportedSpans + lost]).toEqual([place, 2]);
        expect(lost).toBeLessThanOrEqual(2);
      }
    },
  );

  const pieces = [
    '\ud800',
    '\udfff',
    '\u0000',
    "'",
    '"',
    '`',
    '/*',
    '--',
    '$a$',
    '(',
    '=',
    '?',
    '#',
  ];
  const more = ['@', '://', '%', ':', '/', '\\', '\n', ' ', '1', 'é', '😀', 'token', 'SELECT', '{'];

  test('of any text, in any place, all leave: span, event, link and status', async () => {
    for (let round = 0; round < 4; round++) {
      const rig = aRig({ allowedQueryParameters: ['a'] });
      let spans = 0;
      forSeeds(50, (random) => {
        const text = (): string =>
          Array.from({ length: random() * 30 }, () => oneOf(random, [...pieces, ...more])).join('');
        const attributes = Object.fromEntries(
          Array.from({ length: 6 }, () => [oneOf(random, places), text()]),
        );
        const request = aRequest(rig, `/${text()}`);
        const child = request.child(text(), { kind: client, attributes });
        child.span.addEvent(text(), { 'exception.stacktrace': text(), 'db.statement': text() });
        child.span.setStatus({ code: 2, message: text() });
        child.end();
        request.end();
        spans += 2;
      });
      await rig.processor.forceFlush();
      expect(rig.processor.counts.droppedSpans).toEqual({});
      expect(rig.exporter.spans).toHaveLength(spans);
    }
  });
});
