import { describe, expect, test } from '@jest/globals';
import { ArrivingTraces } from '../src/arriving-traces.ts';
import type { RoomCap } from '../src/arriving-traces.ts';
import { aSpan } from './build.ts';
import { forSeeds } from './random.ts';

function aBook(limits: {
  maxOpenTraces?: number;
  maxSpansPerTrace?: number;
  maxHeldSpans?: number;
}) {
  const gaveWay: [string, RoomCap][] = [];
  const opened: string[] = [];
  const traces = new ArrivingTraces(
    { maxOpenTraces: 100, maxSpansPerTrace: 100, maxHeldSpans: 100, ...limits },
    (trace, cap) => gaveWay.push([trace.traceId, cap]),
  );
  let n = 0;
  const arrive = (traceId: string, service = 'app') => {
    const trace = traces.arrive(traceId, (one) => opened.push(one.traceId));
    return traces.keep(trace, trace.partOf(service), aSpan({ traceId, spanId: `s${n++}` }));
  };
  return { traces, arrive, gaveWay, opened };
}

test('keeps the parts of all services of a trace together', () => {
  const { traces, arrive } = aBook({});
  arrive('1', 'a');
  arrive('2', 'a');
  arrive('1', 'b');
  arrive('1', 'a');
  const shape = [...traces].map(({ traceId, parts, spanCount }) => [
    traceId,
    spanCount,
    parts.map(({ service, spans }) => `${service} ${spans.length}`),
  ]);
  expect(shape).toEqual([
    ['1', 3, ['a 2', 'b 1']],
    ['2', 1, ['a 1']],
  ]);
});

describe('when it is full, a trace that has been quiet gives way', () => {
  test('for another trace', () => {
    const { arrive, gaveWay, opened } = aBook({ maxOpenTraces: 2 });
    for (const traceId of ['1', '2', '1', '3', '1', '4', '2']) arrive(traceId);
    expect(gaveWay).toEqual([
      ['2', 'maxOpenTraces'],
      ['3', 'maxOpenTraces'],
      ['1', 'maxOpenTraces'],
    ]);
    expect(opened).toEqual(['1', '2', '3', '4', '2']);
  });

  test('for another span', () => {
    const { arrive, gaveWay } = aBook({ maxHeldSpans: 4 });
    for (const traceId of ['1', '2', '1', '3', '4']) arrive(traceId);
    expect(gaveWay).toEqual([['2', 'maxHeldSpans']]);
  });

  test('but not the one the span is for: that is refused', () => {
    const { arrive, gaveWay } = aBook({ maxHeldSpans: 3 });
    arrive('1');
    expect(['2', '2', '2', '2'].map((traceId) => arrive(traceId))).toEqual([
      undefined,
      undefined,
      undefined,
      'maxHeldSpans',
    ]);
    expect(gaveWay).toEqual([['1', 'maxHeldSpans']]);
  });
});

test('a part holds so many spans and no more', () => {
  const { arrive } = aBook({ maxSpansPerTrace: 2 });
  expect([arrive('1'), arrive('1'), arrive('1'), arrive('1', 'b')]).toEqual([
    undefined,
    undefined,
    'maxSpansPerTrace',
    undefined,
  ]);
});

test('times that are none do not count', () => {
  const { traces, arrive } = aBook({});
  arrive('1');
  const [trace] = traces;
  const { startMs, endMs } = trace!;
  for (const junk of [NaN, Infinity, -Infinity]) {
    trace!.noteTimes(aSpan({ startMs: junk, durationMs: 1 }));
    trace!.noteTimes(aSpan({ durationMs: junk }));
  }
  expect([trace!.startMs, trace!.endMs]).toEqual([startMs, endMs]);
});

test('never holds more than its limits, and forgets nothing silently', () => {
  forSeeds(50, (random) => {
    const limits = { maxOpenTraces: 5, maxSpansPerTrace: 4, maxHeldSpans: 12 };
    const { traces, arrive, gaveWay } = aBook(limits);
    for (let n = 0; n < 400; n++) {
      arrive(String(Math.floor(random() * 12)), random() < 0.5 ? 'a' : 'b');
      const held = [...traces];
      expect(held.length).toBeLessThanOrEqual(5);
      expect(held.reduce((sum, { spanCount }) => sum + spanCount, 0)).toBeLessThanOrEqual(12);
      if (random() < 0.05) traces.take(held[0]!);
    }
    expect(gaveWay.length).toBeGreaterThan(0);
  });
});
