import { describe, expect, test } from '@jest/globals';
import { callersOf } from '../../src/call-site.ts';
import { decodeJaegerJson, JaegerDecodeError } from '../../src/jaeger/index.ts';

const span = {
  traceID: '0af7651916cd43dd8448eb211c80319c',
  spanID: 'b7ad6b7169203331',
  flags: 1,
  operationName: 'pg.query:SELECT app',
  references: [{ refType: 'CHILD_OF', traceID: '0af7651916cd43dd8448eb211c80319c', spanID: 'a1' }],
  startTime: 1_753_800_000_123_456,
  duration: 2500,
  tags: [
    { key: 'span.kind', type: 'string', value: 'client' },
    { key: 'otel.status_code', type: 'string', value: 'ERROR' },
    { key: 'error', type: 'bool', value: true },
    { key: 'otel.scope.name', type: 'string', value: 'pg' },
    { key: 'server.port', type: 'int64', value: '5432' },
    { key: 'rows', type: 'int64', value: 12 },
    { key: 'big', type: 'int64', value: '9223372036854775807' },
    { key: 'ratio', type: 'float64', value: 0.5 },
    { key: 'yes', type: 'bool', value: true },
    { key: 'text', type: 'string', value: '["not", "ours"]' },
    { key: 'spandrel.callers', type: 'string', value: '["main (src/app.ts:3)"]' },
  ],
  logs: [
    {
      timestamp: 1_753_800_000_124_000,
      fields: [
        { key: 'event', type: 'string', value: 'cache.miss' },
        { key: 'cache.name', type: 'string', value: 'users' },
      ],
    },
  ],
  processID: 'p1',
  warnings: null,
};
const processes = {
  p1: {
    serviceName: 'api',
    tags: [{ key: 'service.instance.id', type: 'string', value: 'one' }],
  },
};
const trace = { traceID: span.traceID, spans: [span], processes };

function spanWith(changes: object) {
  return decodeJaegerJson({ ...trace, spans: [{ ...span, ...changes }] })[0]!.spans[0]!;
}

test('a span becomes what it was before it went into Jaeger', () => {
  const [decoded] = decodeJaegerJson({ data: [trace], total: 0, errors: null });
  expect(decoded).toEqual({
    service: 'api',
    instance: 'one',
    resource: { 'service.instance.id': 'one' },
    spans: [
      {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        parentSpanId: '00000000000000a1',
        isLocalRoot: false,
        isRootGuessed: true,
        name: 'pg.query:SELECT app',
        kind: 2,
        startMs: 1_753_800_000_000 + 123.456,
        durationMs: 2.5,
        attributes: {
          'server.port': 5432,
          rows: 12,
          big: '9223372036854775807',
          ratio: 0.5,
          yes: true,
          text: '["not", "ours"]',
          'spandrel.callers': ['main (src/app.ts:3)'],
        },
        events: [
          {
            name: 'cache.miss',
            timeMs: 1_753_800_000_000 + 124,
            attributes: { 'cache.name': 'users' },
          },
        ],
        statusCode: 2,
        scope: 'pg',
      },
    ],
  });
  expect(callersOf(decoded!.spans[0]!.attributes)).toEqual([
    { file: 'src/app.ts', line: 3, function: 'main' },
  ]);
});

test.each<[string, unknown]>([
  ['one trace', trace],
  ['a list of traces', [trace]],
  ['a query answer', { data: [trace] }],
])('%s is a document', (_name, document) => {
  expect(decodeJaegerJson(document)[0]!.spans).toHaveLength(1);
});

test('spans go to the service of their process, known by id or written on the span', () => {
  const spans = [
    span,
    { ...span, spanID: '2', processID: 'p2' },
    { ...span, spanID: '3', processID: undefined, process: { serviceName: 'own' } },
    { ...span, spanID: '4', processID: '__proto__' },
  ];
  const two = { ...processes, p2: { serviceName: 'users' } };
  const decoded = decodeJaegerJson({ spans, processes: two });
  expect(decoded.map(({ service, spans: held }) => [service, held.length])).toEqual([
    ['api', 1],
    ['users', 1],
    ['own', 1],
    ['unknown_service', 1],
  ]);
});

describe('the parent', () => {
  const other = '1'.repeat(32);
  const to = (refType: string, spanID: string, traceID = span.traceID) => ({
    refType,
    traceID,
    spanID,
  });
  test.each<[string, object, string | undefined]>([
    [
      'is the child-of reference',
      { references: [to('FOLLOWS_FROM', 'f'), to('CHILD_OF', 'c')] },
      'c',
    ],
    ['else the span it follows', { references: [to('FOLLOWS_FROM', 'f')] }, 'f'],
    ['is never in another trace', { references: [to('CHILD_OF', 'c', other)] }, undefined],
    ['may be an old field', { references: null, parentSpanID: '7' }, '7'],
    ['may be missing', { references: [] }, undefined],
    ['of zero is none', { references: [], parentSpanID: '0' }, undefined],
  ])('%s', (_name, changes, expected) => {
    const { parentSpanId, isLocalRoot } = spanWith(changes);
    expect(parentSpanId).toBe(expected?.padStart(16, '0'));
    expect(isLocalRoot).toBe(expected === undefined);
  });
});

test('short ids are filled up and capitals made small', () => {
  expect(spanWith({ traceID: 'ABC', spanID: 'F', references: [] })).toMatchObject({
    traceId: '0'.repeat(29) + 'abc',
    spanId: '0'.repeat(15) + 'f',
  });
});

test('absent lists are empty, and a time before its start is none', () => {
  expect(spanWith({ references: null, tags: null, logs: null, duration: -5 })).toMatchObject({
    durationMs: 0,
    attributes: {},
    events: [],
    kind: 0,
    statusCode: 0,
    scope: '',
  });
});

test.each([{}, { data: [] }, { data: null, errors: [{ code: 404 }] }, [], [{}]])(
  '%j holds no spans',
  (document) => {
    expect(decodeJaegerJson(document)).toEqual([]);
  },
);

describe('junk is refused as malformed', () => {
  test.each<[string, unknown]>([
    ['a word', 'spans'],
    ['a list of numbers', [1]],
    ['spans that are no list', { spans: {} }],
    ['an id that is not hexadecimal', { spans: [{ ...span, spanID: 'xyz' }] }],
    ['an id that is too long', { spans: [{ ...span, traceID: 'a'.repeat(33) }] }],
    ['no id', { spans: [{ ...span, spanID: '' }] }],
    ['a time that is none', { spans: [{ ...span, startTime: 'soon' }] }],
    ['tags that are no list', { spans: [{ ...span, tags: 'x' }] }],
    ['a name that is no text', { spans: [{ ...span, operationName: 5 }] }],
  ])('%s', (_name, document) => {
    expect(() => decodeJaegerJson(document)).toThrow(JaegerDecodeError);
  });
});
