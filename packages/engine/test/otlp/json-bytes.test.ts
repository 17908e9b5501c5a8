import { describe, expect, test } from '@jest/globals';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { decodeTracesJson, JsonTraceReader, OtlpDecodeError } from '../../src/otlp/index.ts';
import { forSeeds, oneOf } from '../random.ts';
import { aRandomSpan } from './sdk-spans.ts';

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

function readBytes(reader: JsonTraceReader, text: string) {
  const bytes = utf8.encode(text);
  return reader.read(bytes, (from, to) => decoder.decode(bytes.subarray(from, to)));
}

function theLongWay(text: string): unknown {
  try {
    return decodeTracesJson(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof OtlpDecodeError) return undefined;
    throw error;
  }
}

function serialized(random: () => number, count: number): string {
  const spans = Array.from({ length: count }, () => aRandomSpan(random));
  return decoder.decode(JsonTraceSerializer.serializeRequest(spans));
}

test('gives what the long way gives, one document after another with one reader', () => {
  const reader = new JsonTraceReader();
  forSeeds(60, (random) => {
    const text = serialized(random, 1 + Math.floor(random() * 6));
    const read = readBytes(reader, text);
    expect(read).toEqual(theLongWay(text));
    const pretty = JSON.stringify(JSON.parse(text), null, oneOf(random, [0, 1, '\t']));
    expect(readBytes(reader, pretty)).toEqual(read);
  });
});

test('never gives anything else: what is mutated gives the same or is left to the long way', () => {
  const reader = new JsonTraceReader();
  const pieces = [
    ...'{}[]",:\\0123456789-+.eE \n\u0001x',
    'null',
    'true',
    '""',
    '{}',
    '[]',
    '\\"',
    '1e9',
  ];
  let taken = 0;
  forSeeds(600, (random) => {
    let text = serialized(random, 2);
    for (let n = 1 + Math.floor(random() * 2); n > 0; n--) {
      const at = Math.floor(random() * text.length);
      const to = at + Math.floor(random() * 4);
      text = text.slice(0, at) + (random() < 0.3 ? '' : oneOf(random, pieces)) + text.slice(to);
    }
    // What was cut in the middle of a character has no bytes of its own.
    text = decoder.decode(utf8.encode(text));
    const read = readBytes(reader, text);
    if (read === undefined) return;
    taken++;
    expect(read).toEqual(theLongWay(text));
  });
  expect(taken).toBeGreaterThan(0);
});

describe('plain as senders write it', () => {
  const span = {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    name: 'a',
    kind: 2,
    startTimeUnixNano: '1544712660000000000',
    endTimeUnixNano: '1544712661000000001',
    attributes: [
      { key: 'port', value: { intValue: '5432' } },
      { key: 'quoted \\ "so"', value: { stringValue: 'größe "長さ" \\ \n' } },
      { key: 'ratio', value: { doubleValue: 0.5 } },
      { key: 'yes', value: { boolValue: true } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'x' }] } } },
    ],
    events: [{ name: 'e', timeUnixNano: '1544712660000000000' }],
    links: [],
    droppedLinksCount: 0,
    status: { code: 2 },
    flags: 257,
  };
  const request = (spans: object[]) =>
    JSON.stringify({
      resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 's' }, spans }] }],
    });

  test.each<[string, string]>([
    ['a span with everything', request([span, { ...span, parentSpanId: '' }])],
    ['other spans of the same trace', request([span, { ...span, name: 'b' }, span])],
    ['no spans', request([])],
    ['an empty list of resources', '{"resourceSpans":[]}'],
  ])('is read: %s', (_name, text) => {
    const read = readBytes(new JsonTraceReader(), text);
    expect(read).toBeDefined();
    expect(read).toEqual(theLongWay(text));
  });

  test.each<[string, string]>([
    ['ids in capitals', request([{ ...span, traceId: span.traceId.toUpperCase() }])],
    ['times as numbers', request([{ ...span, startTimeUnixNano: 1 }])],
    ['null for a text', request([{ ...span, name: null }])],
  ])('is else left to the long way: %s', (_name, text) => {
    const read = readBytes(new JsonTraceReader(), text);
    expect(read ?? theLongWay(text)).toEqual(theLongWay(text));
  });

  test.each([
    '',
    ' ',
    '{',
    '[]',
    'null',
    '{}',
    request([span]).slice(0, -1),
    `${request([span])}x`,
  ])('is not: %j', (text) => {
    expect(readBytes(new JsonTraceReader(), text)).toBeUndefined();
  });

  test('part of a larger buffer is read, and never left', () => {
    const text = request([span]);
    const bytes = utf8.encode(`]]${text}{{`);
    const textOf = (from: number, to: number) => decoder.decode(bytes.subarray(from, to));
    const reader = new JsonTraceReader();
    expect(reader.read(bytes, textOf, 2, bytes.length - 2)).toEqual(theLongWay(text));
    expect(reader.read(bytes, textOf, 2, bytes.length - 3)).toBeUndefined();
  });

  test('values that differ each time are not remembered', () => {
    const reader = new JsonTraceReader();
    const many = Array.from({ length: 5000 }, (_, n) => ({
      ...span,
      attributes: [{ key: 'url.path', value: { stringValue: `/users/${n}` } }],
    }));
    const text = request(many);
    expect(readBytes(reader, text)).toEqual(theLongWay(text));
  });
});
