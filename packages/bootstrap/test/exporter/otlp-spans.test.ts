import { describe, expect, test } from '@jest/globals';
import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import type { Attributes, HrTime, Link, SpanContext } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { decodeTraces } from '@spandrel/engine/otlp';
import { encodeSpans } from '../../src/exporter/otlp-spans.ts';

/** A small generator with a seed, so that a failure can be repeated. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const pieces = [
  'SELECT ',
  'é',
  '日本',
  '𝒳',
  '\ud800',
  '\udc00',
  "'",
  'a'.repeat(130),
  '\u0000',
  'x',
];
const numbers = [
  0,
  -0,
  1,
  -1,
  127,
  128,
  255,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  -(2 ** 31),
  -(2 ** 32) - 5,
  2 ** 53,
  -(2 ** 53),
  2 ** 62,
  -(2 ** 63),
  2 ** 63,
  0.5,
  -1e-7,
  NaN,
  Infinity,
  1e300,
];

/** Spans with everything OTLP can carry, and what it cannot. */
class Varied {
  readonly #next: (below: number) => number;
  readonly #resources = [this.#resource(), this.#resource()];
  readonly #scopes = [
    { name: '' },
    { name: 'scope', version: '1.2.3' },
    { name: 'scope', version: '1.2.3', schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' },
    { name: 'ünï', attributes: { a: 1 }, droppedAttributesCount: 3 },
  ];

  constructor(seed: number) {
    this.#next = numbersFrom(seed);
  }

  spans(): ReadableSpan[] {
    return Array.from({ length: this.#next(30) }, () => this.#span());
  }

  #resource() {
    return { attributes: { 'service.name': 'a', list: ['x', 'y'] }, schemaUrl: undefined };
  }

  #one<Item>(items: readonly Item[]): Item {
    return items[this.#next(items.length)]!;
  }

  #text(): string {
    return Array.from({ length: this.#next(6) }, () => this.#one(pieces)).join('');
  }

  #value(depth: number): unknown {
    switch (this.#next(depth > 3 ? 4 : 9)) {
      case 0:
        return this.#text();
      case 1:
        return this.#one(numbers);
      case 2:
        return this.#next(2) === 0;
      case 3:
        return this.#one([null, undefined, Symbol('s'), 10n, () => 1, new Uint8Array([1, 2, 200])]);
      case 4:
        return Array.from({ length: this.#next(5) }, () => this.#value(depth + 1));
      case 5:
        return Object.fromEntries(
          Array.from({ length: this.#next(4) }, () => [this.#text(), this.#value(depth + 1)]),
        );
      case 6:
        return 'x'.repeat(this.#one([127, 128, 16_383, 16_384, 70_000]));
      default:
        return this.#text() + String(this.#next(1e9));
    }
  }

  #attributes(): Attributes {
    const count = this.#next(8);
    return Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`${this.#text()}${n}`, this.#value(0)]),
    ) as Attributes;
  }

  #hex(digits: number): string {
    return Array.from({ length: digits }, () => this.#one([...'0123456789abcdef'])).join('');
  }

  #context(): SpanContext {
    const context = {
      traceId: this.#hex(32),
      spanId: this.#hex(16),
      traceFlags: this.#next(2),
      isRemote: this.#one([true, false, undefined]),
    };
    const states = [undefined, new TraceState('a=1,b=2'), new TraceState('')];
    return { ...context, traceState: this.#one(states) };
  }

  #time(): HrTime {
    const seconds = this.#one([0, 1, 65_535, 65_536, 1_763_754_000, 2 ** 32, 2 ** 34 - 1]);
    return [seconds, this.#one([0, 1, 999_999_999, this.#next(1e9)])];
  }

  #span(): ReadableSpan {
    const context = this.#context();
    const link = (): Link => ({
      context: this.#context(),
      attributes: this.#one([undefined, this.#attributes()]),
      droppedAttributesCount: this.#one([undefined, 2]),
    });
    return {
      name: this.#text(),
      kind: this.#next(5),
      spanContext: () => context,
      parentSpanContext: this.#one([undefined, this.#context(), { ...context, spanId: '' }]),
      startTime: this.#time(),
      endTime: this.#time(),
      duration: [0, 0],
      ended: true,
      status: { code: this.#next(3), message: this.#one([undefined, '', this.#text()]) },
      attributes: this.#attributes(),
      links: Array.from({ length: this.#next(3) }, link),
      events: Array.from({ length: this.#next(4) }, () => ({
        name: this.#text(),
        time: this.#time(),
        attributes: this.#one([undefined, this.#attributes()]),
        droppedAttributesCount: this.#one([undefined, 1]),
      })),
      resource: this.#one(this.#resources) as unknown as ReadableSpan['resource'],
      instrumentationScope: this.#one(this.#scopes),
      droppedAttributesCount: this.#one([0, 300]),
      droppedEventsCount: this.#one([0, 7]),
      droppedLinksCount: this.#one([0, 1]),
    };
  }
}

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

describe('the span encoder', () => {
  test('makes the bytes of the SDK serialiser, whatever spans carry', () => {
    const seed = Number(process.env['SEED'] ?? 20_261_121);
    for (let round = 0; round < 120; round++) {
      const spans = new Varied(seed + round).spans();
      const ours = hex(encodeSpans(spans));
      const theirs = hex(ProtobufTraceSerializer.serializeRequest(spans));
      // Compared first: a difference of megabytes takes jest minutes to print.
      if (ours !== theirs) throw new Error(`seed ${seed + round}: the bytes differ`);
    }
  });

  test('makes the same bytes of spans that the SDK has recorded', () => {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop', 'process.pid': 7 }),
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    const tracer = provider.getTracer('test', '1.0.0');
    const root = tracer.startSpan('GET /', { attributes: { 'http.route': '/', tags: ['a', 'b'] } });
    const around = trace.setSpan(ROOT_CONTEXT, root);
    const child = tracer.startSpan('query', { links: [{ context: root.spanContext() }] }, around);
    child.recordException(new Error('no rows'));
    child.setStatus({ code: 2, message: 'no rows' });
    child.end();
    root.end();
    const spans = exporter.getFinishedSpans();
    expect(spans).toHaveLength(2);
    expect(hex(encodeSpans(spans))).toBe(hex(ProtobufTraceSerializer.serializeRequest(spans)));
  });

  test('gives bytes of their own to every call, and none for no spans', () => {
    const spans = [1, 2, 3].map((seed) => new Varied(seed).spans());
    const first = spans.map(encodeSpans);
    const copies = first.map((bytes) => hex(bytes));
    for (const some of spans) encodeSpans(some);
    expect(first.map((bytes) => hex(bytes))).toEqual(copies);
    expect(encodeSpans([])).toHaveLength(0);
  });
});

describe('hostile attribute values', () => {
  const cyclic: Record<string, unknown> = { name: 'me' };
  cyclic['me'] = cyclic;
  const doubling = (depth: number): unknown =>
    Array.from({ length: depth }).reduce<unknown>((below) => [below, below], 'end');
  const throwing = {
    get value(): string {
      throw new Error('rude');
    },
  };
  const revoked = (() => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  })();

  test.each([
    ['a getter that throws', throwing],
    ['a proxy that was revoked', revoked],
    ['a cycle', cyclic],
    ['an object that doubles at every step', doubling(60)],
    [
      'a cycle of arrays',
      (() => {
        const list: unknown[] = [];
        list.push(list);
        return list;
      })(),
    ],
  ])('%s is left out and counted, and the rest of the span stays', (_what, value) => {
    const attributes = { before: 1, hostile: value, after: 'yes' } as unknown as Attributes;
    const spans = [spanWith(attributes), spanWith({ next: true })];
    const [hostile, next] = decoded(encodeSpans(spans));
    expect(hostile?.attributes).toEqual({ before: 1, after: 'yes' });
    expect(next?.attributes).toEqual({ next: true });
    const plain = spanWith({ before: 1, after: 'yes' });
    const counted = { ...plain, droppedAttributesCount: 1 };
    expect(hex(encodeSpans([spans[0]!]))).toBe(
      hex(ProtobufTraceSerializer.serializeRequest([counted])),
    );
  });

  test('a getter among the attributes themselves is one of them', () => {
    const attributes = { ok: 1 } as Attributes;
    Object.defineProperty(attributes, 'rude', {
      enumerable: true,
      get: () => {
        throw new Error();
      },
    });
    expect(decoded(encodeSpans([spanWith(attributes)]))[0]?.attributes).toEqual({ ok: 1 });
  });

  test.each([7, new Error('x'), { a: 1 }, null, undefined])(
    'a name that is %p costs nobody the batch',
    (name) => {
      const named = { ...spanWith({}), name: name as never };
      const event = { name: name as never, time: [1, 2] as [number, number] };
      const spans = decoded(
        encodeSpans([named, { ...spanWith({}), events: [event] }, spanWith({})]),
      );
      expect(spans).toHaveLength(3);
      expect(spans[0]?.name).toBe(String(name ?? ''));
    },
  );

  test('a text of ten million characters arrives whole', () => {
    const text = 'é'.repeat(10_000_000);
    const spans = [spanWith({ text })];
    const ours = encodeSpans(spans);
    expect(Buffer.compare(ours, ProtobufTraceSerializer.serializeRequest(spans)!)).toBe(0);
  });
});

function spanWith(attributes: Attributes): ReadableSpan {
  return {
    name: 'span',
    kind: 0,
    spanContext: () => ({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.SAMPLED,
    }),
    startTime: [1, 0],
    endTime: [2, 0],
    duration: [1, 0],
    ended: true,
    status: { code: 0 },
    attributes,
    links: [],
    events: [],
    resource,
    instrumentationScope: { name: 'test' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

const resource = resourceFromAttributes({ 'service.name': 'test' });

function decoded(bytes: Uint8Array) {
  return decodeTraces(bytes).flatMap(({ spans }) => spans);
}
