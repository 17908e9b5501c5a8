import { describe, expect, test } from '@jest/globals';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { aRequest, aRig } from './build.ts';
import type { OpenSpan } from './build.ts';

const byUser = 'SELECT * FROM notes WHERE user_id = $1';

function isJudged({ span }: OpenSpan): boolean {
  return (span as unknown as ReadableSpan).attributes['spandrel.endpoint'] !== undefined;
}

describe('maxOpenTraces', () => {
  test('sends further traces on unjudged, counts them and says so once', async () => {
    const rig = aRig({ maxOpenTraces: 2 });
    const requests = ['/a', '/b', '/c', '/d'].map((route) => aRequest(rig, route));
    for (const request of requests) {
      request.queries(6, byUser);
      request.end();
    }
    expect(requests.map(isJudged)).toEqual([true, true, false, false]);
    expect(rig.processor.counts.unjudgedTraces).toEqual({ max_open_traces: 2 });
    expect(rig.processor.counts.unjudgedSpans).toEqual({ max_open_traces: 12 });
    expect(rig.troubles.filter((trouble) => trouble.includes('traces are open'))).toEqual([
      'more than 2 traces are open at once',
    ]);
    expect(await rig.account()).toEqual({ ended: 28, accounted: 28, held: 0, exportedTwice: 0 });
    expect(rig.exporter.spans).toHaveLength(28);
  });

  test('has room again when a trace ends', () => {
    const rig = aRig({ maxOpenTraces: 1 });
    for (const route of ['/a', '/b']) {
      const request = aRequest(rig, route);
      request.end();
      expect(isJudged(request)).toBe(true);
    }
  });

  test('does not make up statistics for what it has not judged', () => {
    const rig = aRig({ maxOpenTraces: 1 });
    const [first, second] = [aRequest(rig, '/a'), aRequest(rig, '/b')];
    second!.query(byUser);
    second!.end();
    first!.end();
    expect(rig.processor.statistics.endpoint('GET /b')).toBeUndefined();
  });
});

describe('maxSpansPerTrace', () => {
  test('judges what it kept and sends the rest on at once', async () => {
    const rig = aRig({ maxSpansPerTrace: 10, callSites: false });
    const request = aRequest(rig, '/much');
    request.queries(25, byUser);
    await rig.processor.forceFlush();
    expect(rig.exporter.spans).toHaveLength(15);
    request.end();
    expect(rig.findings[0]?.finding.repeats).toBe(10);
    expect(rig.processor.counts.unjudgedSpans).toEqual({ max_spans_per_trace: 15 });
    expect(rig.troubles).toEqual(['spans are sent on unjudged (max_spans_per_trace)']);
    expect(await rig.account()).toEqual({ ended: 26, accounted: 26, held: 0, exportedTwice: 0 });
  });
});

describe('maxHeldSpans and maxHeldBytes', () => {
  test('are shared by all traces, and free again when those end', async () => {
    const rig = aRig({ maxHeldSpans: 8 });
    const [first, second] = [aRequest(rig, '/a'), aRequest(rig, '/b')];
    first!.queries(6, byUser);
    second!.queries(6, byUser);
    expect(await rig.held()).toBe(8);
    expect(rig.processor.counts.unjudgedSpans).toEqual({ max_held_spans: 4 });
    first!.end();
    second!.queries(3, byUser);
    expect(rig.processor.counts.unjudgedSpans).toEqual({ max_held_spans: 4 });
    second!.end();
    expect(await rig.account()).toEqual({ ended: 17, accounted: 17, held: 0, exportedTwice: 0 });
  });

  test('weigh long statements', async () => {
    const rig = aRig({ maxHeldBytes: 5000 });
    const request = aRequest(rig, '/a');
    request.query(`SELECT '${'x'.repeat(3500)}'`);
    request.query('SELECT 1 FROM users');
    expect(await rig.held()).toBe(1);
    request.end();
    expect(await rig.account()).toEqual({ ended: 3, accounted: 3, held: 0, exportedTwice: 0 });
    const next = aRequest(rig, '/a');
    next.queries(4, 'SELECT 2 FROM users');
    expect(await rig.held()).toBe(4);
  });

  test('hold for children that come late as well', async () => {
    const rig = aRig({ maxHeldSpans: 3 });
    const request = aRequest(rig, '/a');
    const stragglers = Array.from({ length: 5 }, () => request.child('straggler'));
    request.end();
    for (const straggler of stragglers) straggler.end();
    expect(await rig.held()).toBe(3);
    expect(rig.processor.counts.unjudgedSpans).toEqual({ max_held_spans: 2 });
    expect(await rig.account()).toEqual({ ended: 6, accounted: 6, held: 0, exportedTwice: 0 });
  });
});

test('a full queue drops, counts and says so once', async () => {
  const rig = aRig({ maxQueueSpans: 10, maxBatchSpans: 10 });
  rig.exporter.answer = () => undefined;
  for (let i = 0; i < 30; i++) aRequest(rig, '/a').end();
  expect(rig.processor.counts.droppedSpans).toEqual({ queue_full: 10 });
  expect(rig.troubles).toEqual(['the export queue is full (10 spans)']);
  expect(rig.processor.report().dropped).toEqual({
    spans: 10,
    traces: 0,
    reasons: { queue_full: 10 },
  });
  const { waiting, flying } = rig.processor.surrender();
  expect(waiting.length + flying.length).toBe(20);
});

test('a trouble is said again only after a minute without it', () => {
  const rig = aRig({ maxSpansPerTrace: 1 });
  const request = aRequest(rig, '/a');
  request.query(byUser);
  for (const waitMs of [0, 50_000, 59_000, 60_000]) {
    rig.clock.nowMs += waitMs;
    request.query(byUser);
  }
  expect(rig.troubles).toHaveLength(2);
  request.end();
});

test('refuses a bad option at the door, by name, rule and value', () => {
  expect(() => aRig({ maxQueueSpans: 0 })).toThrow(
    new RangeError('maxQueueSpans must be a whole number of at least 1, got 0'),
  );
  expect(() => aRig({ maxHoldMs: Number.NaN })).toThrow(
    'maxHoldMs must be a number above 0 and at most 2147483647, got NaN',
  );
  expect(() => aRig({ redcat: true } as never)).toThrow('redcat is not an option');
});
