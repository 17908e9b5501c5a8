import { describe, expect, test } from '@jest/globals';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { decodeTraces, decodeTracesJson, OtlpDecodeError } from '../../src/otlp/index.ts';
import { aRandomSpan, randomFrom } from './sdk-spans.ts';

/** The example of the OTLP specification's repository, shortened. */
const known = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'my.service' } }] },
      scopeSpans: [
        {
          scope: { name: 'my.library', version: '1.0.0' },
          spans: [
            {
              traceId: '5B8EFFF798038103D269B633813FC60C',
              spanId: 'EEE19B7EC3C1B174',
              parentSpanId: 'EEE19B7EC3C1B173',
              name: "I'm a server span",
              startTimeUnixNano: '1544712660000000000',
              endTimeUnixNano: '1544712661000000001',
              kind: 2,
              attributes: [
                { key: 'my.span.attr', value: { stringValue: 'some value' } },
                { key: 'big', value: { intValue: '9223372036854775807' } },
                { key: 'nan', value: { doubleValue: 'NaN' } },
                { key: 'none', value: null },
              ],
              unknownField: true,
            },
          ],
        },
      ],
    },
  ],
};

function outcome(value: unknown): unknown {
  try {
    return decodeTracesJson(value);
  } catch (error) {
    return error instanceof OtlpDecodeError ? error.code : error;
  }
}

function withSpan(changes: object): unknown {
  const copy = structuredClone(known);
  Object.assign(copy.resourceSpans[0]!.scopeSpans[0]!.spans[0]!, changes);
  return copy;
}

test('known JSON gives a span with lower-case ids and exact times', () => {
  expect(decodeTracesJson(known)).toEqual([
    {
      service: 'my.service',
      instance: null,
      resource: { 'service.name': 'my.service' },
      spans: [
        {
          traceId: '5b8efff798038103d269b633813fc60c',
          spanId: 'eee19b7ec3c1b174',
          parentSpanId: 'eee19b7ec3c1b173',
          isLocalRoot: true,
          isRootGuessed: true,
          name: "I'm a server span",
          kind: 1,
          startMs: 1_544_712_660_000,
          durationMs: 1000.000001,
          attributes: {
            'my.span.attr': 'some value',
            big: '9223372036854775807',
            nan: NaN,
            none: null,
          },
          events: [],
          statusCode: 0,
          scope: 'my.library',
        },
      ],
    },
  ]);
});

test('JSON and protobuf of one request give the same', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  const random = randomFrom(seed);
  for (let round = 0; round < 50; round += 1) {
    const spans = Array.from({ length: 4 }, () => aRandomSpan(random));
    const json = new TextDecoder().decode(JsonTraceSerializer.serializeRequest(spans));
    const binary = ProtobufTraceSerializer.serializeRequest(spans)!;
    const byId = (resources: ReturnType<typeof decodeTraces>) =>
      new Map(resources.flatMap(({ spans: held }) => held.map((span) => [span.spanId, span])));
    expect(byId(decodeTracesJson(JSON.parse(json)))).toEqual(byId(decodeTraces(binary)));
  }
});

test('absent and null lists are empty', () => {
  expect(decodeTracesJson({})).toEqual([]);
  expect(decodeTracesJson({ resourceSpans: null })).toEqual([]);
  expect(decodeTracesJson({ resourceSpans: [{ scopeSpans: [{}] }] })).toEqual([]);
});

describe('junk is refused as malformed', () => {
  test.each([
    ['a list', []],
    ['a word', 'spans'],
    ['spans that are no list', { resourceSpans: [{ scopeSpans: [{ spans: {} }] }] }],
    ['an id that is not hexadecimal', withSpan({ traceId: 'x'.repeat(32) })],
    ['an id of the wrong length', withSpan({ spanId: 'abc' })],
    ['a span without an id', withSpan({ spanId: '' })],
    ['a time that is no number', withSpan({ startTimeUnixNano: 'soon' })],
    ['a name that is no text', withSpan({ name: 5 })],
    [
      'bytes that are not base64',
      withSpan({ attributes: [{ key: 'b', value: { bytesValue: '€' } }] }),
    ],
  ])('%s', (_name, value) => {
    expect(outcome(value)).toBe('malformed');
  });

  test('a value that nests too deep', () => {
    let value: object = { boolValue: true };
    for (let depth = 0; depth < 50; depth += 1) value = { arrayValue: { values: [value] } };
    expect(outcome(withSpan({ attributes: [{ key: 'deep', value }] }))).toBe('too-deep');
  });
});
