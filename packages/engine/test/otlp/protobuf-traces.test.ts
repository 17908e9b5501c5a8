import { describe, expect, test } from '@jest/globals';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { decodeTraces, maxValueDepth, OtlpDecodeError } from '../../src/otlp/index.ts';
import { aRandomSpan, aResource, anSdkSpan, expectedSpan, randomFrom } from './sdk-spans.ts';
import { fixed32, message, text, varint } from './wire-bytes.ts';

function roundTrip(spans: ReturnType<typeof anSdkSpan>[]) {
  return decodeTraces(ProtobufTraceSerializer.serializeRequest(spans)!);
}

/** What a decoder makes of junk: its error's code, `ok`, or the foreign error itself. */
function outcome(body: Uint8Array): unknown {
  try {
    decodeTraces(body);
    return 'ok';
  } catch (error) {
    return error instanceof OtlpDecodeError ? error.code : error;
  }
}

describe('a request of the SDK', () => {
  test('gives back every field of varied spans, to the nanosecond', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    const random = randomFrom(seed);
    for (let round = 0; round < 200; round += 1) {
      const spans = Array.from({ length: 1 + Math.floor(random() * 5) }, () => aRandomSpan(random));
      const byId = new Map(spans.map((span) => [span.spanContext().spanId, expectedSpan(span)]));
      const decoded = roundTrip(spans).flatMap((resource) => resource.spans);
      expect(new Map(decoded.map((span) => [span.spanId, span]))).toEqual(byId);
    }
  });

  test('keeps the spans of two processes apart, with their names and instances', () => {
    const decoded = roundTrip([
      anSdkSpan({ resource: aResource({ 'service.name': 'a', 'service.instance.id': 'one' }) }),
      anSdkSpan({ resource: aResource({ host: 'h' }) }),
    ]);
    expect(decoded.map(({ service, instance }) => [service, instance])).toEqual([
      ['a', 'one'],
      ['unknown_service', null],
    ]);
    expect(decoded[1]!.resource).toMatchObject({ host: 'h' });
  });

  test('keeps an attribute named __proto__ an attribute', () => {
    const attributes = JSON.parse('{"__proto__": "x", "b": 1}');
    const [span] = roundTrip([anSdkSpan({ attributes })])[0]!.spans;
    expect(Object.keys(span!.attributes)).toEqual(['__proto__', 'b']);
    expect(Object.getPrototypeOf(span!.attributes)).toBe(Object.prototype);
  });
});

describe('local roots of senders that do not say where the parent is', () => {
  const ids = [message(1, new Uint8Array(16).fill(1)), message(2, new Uint8Array(8).fill(2))];
  const parent = message(4, new Uint8Array(8).fill(3));
  const request = (...fields: Uint8Array[]) =>
    message(1, message(2, message(2, ...ids, ...fields)));
  const isRoot = (body: Uint8Array) => decodeTraces(body)[0]!.spans[0]!.isLocalRoot;

  test.each([
    ['a server span', 2, true],
    ['a consumer span', 5, true],
    ['a client span', 3, false],
    ['a span without a kind', 0, false],
  ])('%s with a parent', (_name, kind, expected) => {
    expect(isRoot(request(parent, varint(6, kind)))).toBe(expected);
  });

  test('a server span whose parent is said to be local is not one', () => {
    expect(isRoot(request(parent, varint(6, 2), fixed32(16, 0x101)))).toBe(false);
  });

  test('a parent of zeros is no parent', () => {
    const [span] = decodeTraces(request(message(4, new Uint8Array(8))))[0]!.spans;
    expect(span).toMatchObject({ isLocalRoot: true, parentSpanId: undefined });
  });
});

describe('values of other senders', () => {
  const ids = [message(1, new Uint8Array(16).fill(1)), message(2, new Uint8Array(8).fill(2))];
  const spanWith = (...fields: Uint8Array[]) =>
    decodeTraces(message(1, message(2, message(2, ...ids, ...fields))))[0]!.spans[0]!;
  const valueOf = (...value: Uint8Array[]) =>
    spanWith(message(9, text(1, 'k'), message(2, ...value))).attributes['k'];

  test('an integer beyond the safe ones becomes text', () => {
    expect(valueOf(varint(3, 2n ** 63n - 1n))).toBe('9223372036854775807');
    expect(valueOf(varint(3, 2n ** 64n - 2n ** 53n - 1n))).toBe('-9007199254740993');
    expect(valueOf(varint(3, 2n ** 64n - 1n))).toBe(-1);
    expect(valueOf(varint(3, 2n ** 53n - 1n))).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('an empty value is null and of two kinds the last counts', () => {
    expect(valueOf()).toBeNull();
    expect(valueOf(text(1, 'first'), varint(2, 1))).toBe(true);
  });

  test('a kind or status of a later OTLP is internal, unset', () => {
    const span = spanWith(varint(6, 77), message(15, varint(3, 9)));
    expect(span).toMatchObject({ kind: 0, statusCode: 0 });
  });

  test('a span that ends before it starts takes no time', () => {
    const start = Uint8Array.from([(7 << 3) | 1, 9, 0, 0, 0, 0, 0, 0, 0]);
    expect(spanWith(start).durationMs).toBe(0);
  });

  test('nests to the limit and no deeper', () => {
    const nested = (depth: number) => {
      let value = varint(2, 1);
      for (let level = 0; level < depth; level += 1) value = message(5, message(1, value));
      return message(1, message(1, message(1, text(1, 'k'), message(2, value))));
    };
    expect(outcome(nested(maxValueDepth))).toBe('ok');
    expect(outcome(nested(maxValueDepth + 1))).toBe('too-deep');
    expect(outcome(nested(20_000))).toBe('too-deep');
  });
});

describe('junk', () => {
  const known = ['ok', 'truncated', 'malformed', 'too-deep'];
  const whole = ProtobufTraceSerializer.serializeRequest([
    aRandomSpan(randomFrom(7)),
    aRandomSpan(randomFrom(8)),
    anSdkSpan({ attributes: { list: ['a', 'b'], n: 1.5, nested: { a: 1 } } }),
  ])!;

  test('a request cut at any byte is refused as truncated', () => {
    const outcomes = new Map<unknown, number>();
    for (let length = 1; length < whole.length; length += 1) {
      const given = outcome(whole.subarray(0, length));
      outcomes.set(given, (outcomes.get(given) ?? 0) + 1);
    }
    // A cut between two of the three resources leaves a shorter request that is whole.
    expect(Object.fromEntries(outcomes)).toEqual({ truncated: whole.length - 3, ok: 2 });
  });

  test('a request with any byte changed gives spans or a decode error', () => {
    const random = randomFrom(11);
    const outcomes = new Set<unknown>();
    for (let position = 0; position < whole.length; position += 1) {
      const changed = whole.slice();
      changed[position] = Math.floor(random() * 256);
      outcomes.add(outcome(changed));
    }
    expect(known).toEqual(expect.arrayContaining([...outcomes]));
  });

  test('random bytes give spans or a decode error', () => {
    const random = randomFrom(13);
    const outcomes = new Set<unknown>();
    for (let round = 0; round < 5000; round += 1) {
      outcomes.add(outcome(Uint8Array.from({ length: 40 }, () => Math.floor(random() * 256))));
    }
    expect(known).toEqual(expect.arrayContaining([...outcomes]));
  });

  test.each([
    [
      'a length far beyond the body',
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
      'truncated',
    ],
    ['a number of eleven bytes', [0x08, ...Array(11).fill(0x80)], 'malformed'],
    ['a group', [0x1b, 0x1c], 'malformed'],
    ['field number 0', [0x00], 'malformed'],
    ['a resource that is a number', [0x08, 0x01], 'malformed'],
    [
      'a trace id of 3 bytes',
      [...message(1, message(2, message(2, message(1, new Uint8Array(3)))))],
      'malformed',
    ],
    ['a span without ids', [...message(1, message(2, message(2)))], 'malformed'],
    ['text', [...new TextEncoder().encode('{"resourceSpans": []}')], 'malformed'],
  ])('%s', (_name, bytes, code) => {
    expect(outcome(Uint8Array.from(bytes))).toBe(code);
  });

  test('an empty body holds no spans', () => {
    expect(decodeTraces(new Uint8Array())).toEqual([]);
  });

  test('a view into a larger buffer is never left', () => {
    const larger = new Uint8Array(whole.length + 64).fill(0x0a);
    larger.set(whole, 32);
    const view = larger.subarray(32, 32 + whole.length);
    expect(decodeTraces(view)).toEqual(decodeTraces(whole));
  });
});
