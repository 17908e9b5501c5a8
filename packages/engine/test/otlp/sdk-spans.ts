import type { HrTime } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Attributes, Span } from '../../src/types.ts';

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function aResource(attributes: Record<string, string>) {
  return resourceFromAttributes(attributes);
}

export function anSdkSpan(given: Partial<ReadableSpan> & { ids?: [string, string] } = {}) {
  const [traceId, spanId] = given.ids ?? ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const span = {
    name: 'GET /meetings',
    kind: 1,
    spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
    startTime: [1_753_800_000, 123_456_789],
    endTime: [1_753_800_000, 623_456_790],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    duration: [0, 500_000_001],
    ended: true,
    resource: aResource({ 'service.name': 'meetings' }),
    instrumentationScope: { name: 'http' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...given,
  };
  return span as unknown as ReadableSpan;
}

/** A span with anything in it that the SDK can send. */
export function aRandomSpan(random: () => number): ReadableSpan {
  const traceId = hex(random, 16);
  const seconds = 1_600_000_000 + Math.floor(random() * 400_000_000);
  const nanos = Math.floor(random() * 1e9);
  const duration = [Math.floor(random() * 3), Math.floor(random() * 1e9)] as HrTime;
  const parent = Math.floor(random() * 3);
  const parentSpanContext = {
    traceId,
    spanId: hex(random, 8),
    traceFlags: 1,
    isRemote: parent > 1,
  };
  return anSdkSpan({
    ids: [traceId, hex(random, 8)],
    name: aText(random),
    kind: Math.floor(random() * 5),
    startTime: [seconds, nanos],
    endTime: sum([seconds, nanos], duration),
    duration,
    ...(parent > 0 && { parentSpanContext }),
    status: { code: Math.floor(random() * 3), message: aText(random) },
    attributes: someAttributes(random),
    events: Array.from({ length: Math.floor(random() * 4) }, () => ({
      name: aText(random),
      time: [seconds, Math.floor(random() * 1e9)] as HrTime,
      attributes: someAttributes(random),
    })),
    instrumentationScope: { name: random() < 0.5 ? 'pg' : 'http', version: '1' },
  } as Partial<ReadableSpan>);
}

/** What the engine's span must hold for an SDK span: taken from the SDK's own fields. */
export function expectedSpan(span: ReadableSpan): Span {
  const { traceId, spanId } = span.spanContext();
  const parent = span.parentSpanContext;
  return {
    traceId,
    spanId,
    parentSpanId: parent?.spanId,
    isLocalRoot: parent === undefined || parent.isRemote === true,
    name: span.name,
    kind: span.kind,
    startMs: milliseconds(span.startTime),
    durationMs: milliseconds(span.duration),
    attributes: span.attributes as Attributes,
    events: span.events.map((event) => ({
      name: event.name,
      timeMs: milliseconds(event.time),
      attributes: event.attributes as Attributes,
    })),
    statusCode: span.status.code,
    scope: span.instrumentationScope.name,
  };
}

function milliseconds([seconds, nanos]: HrTime): number {
  return seconds * 1e3 + nanos / 1e6;
}

function sum(a: HrTime, b: HrTime): HrTime {
  const nanos = a[1] + b[1];
  return [a[0] + b[0] + Math.floor(nanos / 1e9), nanos % 1e9];
}

function hex(random: () => number, bytes: number): string {
  const digit = () => Math.floor(random() * 256);
  return `01${Array.from({ length: bytes - 1 }, () => digit().toString(16).padStart(2, '0')).join('')}`;
}

function aText(random: () => number): string {
  const texts = ['', 'select 1', 'größe 長さ 🧱', 'a'.repeat(300), 'line\nbreak', '\u0000'];
  return texts[Math.floor(random() * texts.length)]!;
}

function someAttributes(random: () => number) {
  return Object.fromEntries(
    Array.from({ length: Math.floor(random() * 6) }, (_, i) => [`key.${i}`, aValue(random, 0)]),
  );
}

function aValue(random: () => number, depth: number): never {
  const values = [
    () => aText(random),
    () => random() < 0.5,
    () => Math.floor((random() - 0.5) * Number.MAX_SAFE_INTEGER),
    () => Math.floor((random() - 0.5) * 1000),
    () => Number.MIN_SAFE_INTEGER,
    () => (random() - 0.5) * 1e6 + 0.25,
    () => [],
    () => Uint8Array.from([0, 255, Math.floor(random() * 256)]),
    () => Array.from({ length: 3 }, () => (depth > 2 ? 1 : aValue(random, depth + 1))),
    () => ({ inner: depth > 2 ? 'x' : aValue(random, depth + 1) }),
  ];
  return values[Math.floor(random() * values.length)]!() as never;
}
