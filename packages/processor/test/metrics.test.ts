import { describe, expect, test } from '@jest/globals';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import { aRequest, aRig } from './build.ts';
import type { Rig } from './build.ts';

const byUser = 'SELECT * FROM notes WHERE user_id = $1';

async function points(rig: Rig, name: string) {
  const metric = (await rig.metrics()).get(name);
  return {
    unit: metric?.descriptor.unit,
    points: metric?.dataPoints.map(({ attributes, value }) => ({ attributes, value })) ?? [],
  };
}

describe('of every endpoint', () => {
  test('the durations in seconds', async () => {
    const rig = aRig();
    aRequest(rig, '/a').end(250);
    aRequest(rig, '/a').end(750);
    aRequest(rig, '/b').end(100);
    const { unit, points: found } = await points(rig, 'spandrel.endpoint.duration');
    expect(unit).toBe('s');
    expect(
      found.map(({ attributes, value }) => [
        attributes,
        (value as Histogram).count,
        (value as Histogram).sum,
      ]),
    ).toEqual([
      [{ 'spandrel.endpoint': 'GET /a' }, 2, 1],
      [{ 'spandrel.endpoint': 'GET /b' }, 1, 0.1],
    ]);
  });

  test('the queries of a request', async () => {
    const rig = aRig();
    for (const queries of [3, 0]) {
      const request = aRequest(rig, '/a');
      request.queries(queries, byUser);
      request.end();
    }
    const { unit, points: found } = await points(rig, 'spandrel.endpoint.queries');
    expect(unit).toBe('{query}');
    const value = found[0]!.value as Histogram;
    expect([value.count, value.sum, value.min, value.max]).toEqual([2, 3, 0, 3]);
  });

  test('the findings by rule, endpoint and severity', async () => {
    const rig = aRig();
    for (let i = 0; i < 2; i++) {
      const request = aRequest(rig, '/a');
      request.queries(6, byUser);
      request.end();
    }
    aRequest(rig, '/b').end(1500);
    expect(await points(rig, 'spandrel.findings')).toEqual({
      unit: '{finding}',
      points: [
        {
          attributes: {
            'spandrel.finding.rule': 'n-plus-one-query',
            'spandrel.endpoint': 'GET /a',
            'spandrel.severity': 'warning',
          },
          value: 2,
        },
        {
          attributes: {
            'spandrel.finding.rule': 'slow-endpoint',
            'spandrel.endpoint': 'GET /b',
            'spandrel.severity': 'critical',
          },
          value: 1,
        },
      ],
    });
  });

  test('one series for all beyond maxEndpoints', async () => {
    const rig = aRig({ maxEndpoints: 2 });
    for (const route of ['/a', '/b', '/c', '/d', '/a']) aRequest(rig, route).end();
    const { points: found } = await points(rig, 'spandrel.endpoint.duration');
    expect(
      found.map(({ attributes, value }) => [
        attributes['spandrel.endpoint'],
        (value as Histogram).count,
      ]),
    ).toEqual([
      ['GET /a', 2],
      ['GET /b', 1],
      ['(other)', 2],
    ]);
  });

  test('late children count no call', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    const straggler = request.child('straggler');
    request.end();
    straggler.end();
    await rig.processor.forceFlush();
    const { points: found } = await points(rig, 'spandrel.endpoint.duration');
    expect((found[0]!.value as Histogram).count).toBe(1);
  });
});

describe('of itself', () => {
  test('what was exported, dropped and why', async () => {
    const rig = aRig({ maxBatchSpans: 2 });
    aRequest(rig, '/a').end();
    await rig.processor.forceFlush();
    rig.exporter.answer = (done) => done({ code: 1 });
    for (let i = 0; i < 3; i++) aRequest(rig, '/a').end();
    await rig.processor.forceFlush();
    expect(await points(rig, 'spandrel.self.spans.exported')).toEqual({
      unit: '{span}',
      points: [{ attributes: {}, value: 1 }],
    });
    expect(await points(rig, 'spandrel.self.spans.dropped')).toEqual({
      unit: '{span}',
      points: [{ attributes: { reason: 'export_failed' }, value: 3 }],
    });
  });

  test('what left without a verdict, and why', async () => {
    const rig = aRig({ maxOpenTraces: 1 });
    const [first, second] = [aRequest(rig, '/a'), aRequest(rig, '/b')];
    second!.queries(2, byUser);
    second!.end();
    first!.end();
    expect(await points(rig, 'spandrel.self.spans.unjudged')).toEqual({
      unit: '{span}',
      points: [{ attributes: { reason: 'max_open_traces' }, value: 2 }],
    });
    expect(await points(rig, 'spandrel.self.traces.dropped')).toEqual({
      unit: '{trace}',
      points: [{ attributes: { reason: 'max_open_traces' }, value: 1 }],
    });
  });

  test('what is open and held, from the first trace on', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    request.queries(2, byUser);
    expect(await points(rig, 'spandrel.self.traces.open')).toEqual({
      unit: '{trace}',
      points: [{ attributes: {}, value: 1 }],
    });
    expect(await points(rig, 'spandrel.self.spans.held')).toEqual({
      unit: '{span}',
      points: [{ attributes: {}, value: 2 }],
    });
    request.end();
    expect((await points(rig, 'spandrel.self.traces.open')).points[0]?.value).toBe(0);
    expect((await points(rig, 'spandrel.self.spans.held')).points[0]?.value).toBe(0);
  });

  test('what was judged, and what waits for its batch', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    request.queries(2, byUser);
    request.end();
    expect(rig.processor.health()).toMatchObject({
      'spandrel.self.traces.judged': 1,
      'spandrel.self.spans.judged': 3,
      'spandrel.self.spans.queued': 3,
      'spandrel.self.shed.level': 0,
    });
    await rig.processor.forceFlush();
    expect((await points(rig, 'spandrel.self.spans.queued')).points[0]?.value).toBe(0);
  });

  test('how long exports took, and how many failed', async () => {
    const rig = aRig({ maxBatchSpans: 1 });
    aRequest(rig, '/a').end();
    await rig.processor.forceFlush();
    rig.exporter.answer = (done) => done({ code: 1 });
    aRequest(rig, '/a').end();
    await rig.processor.forceFlush();
    const { unit, points: found } = await points(rig, 'spandrel.self.export.duration');
    expect(unit).toBe('s');
    expect(found.map(({ attributes, value }) => [attributes, (value as Histogram).count])).toEqual([
      [{}, 1],
      [{ 'error.type': 'export_failed' }, 1],
    ]);
    expect((await points(rig, 'spandrel.self.export.failures')).points).toEqual([
      { attributes: { reason: 'export_failed' }, value: 1 },
    ]);
  });

  test('the time in our callbacks and the longest of them, in seconds', async () => {
    const thread = { nowMs: 0 };
    const rig = aRig({
      stopwatch: { nowMs: () => thread.nowMs, busyMs: () => thread.nowMs },
      onFinding: () => (thread.nowMs += 250),
    });
    for (let n = 0; n < 2; n++) {
      const request = aRequest(rig, '/a');
      request.queries(6, byUser);
      request.end();
    }
    const { unit, points: found } = await points(rig, 'spandrel.self.time.spent');
    expect(unit).toBe('s');
    expect(found).toContainEqual({ attributes: { part: 'judge' }, value: 0.5 });
    expect((await points(rig, 'spandrel.self.time.longest')).points).toContainEqual({
      attributes: { part: 'judge' },
      value: 0.25,
    });
  });

  test('memory of what is held, and what met a cap', async () => {
    const rig = aRig({ maxEndpoints: 1 });
    for (const route of ['/a', '/b', '/c']) aRequest(rig, route).end();
    const open = aRequest(rig, '/a');
    open.query(byUser);
    const memory = (await points(rig, 'spandrel.self.memory.estimated')).points;
    expect(memory.map(({ attributes }) => attributes)).toEqual([
      { part: 'held' },
      { part: 'statistics' },
    ]);
    expect(memory[0]!.value).toBeGreaterThan(1000);
    expect((await points(rig, 'spandrel.self.overflow')).points).toContainEqual({
      attributes: { cap: 'maxEndpoints' },
      value: 2,
    });
  });
});
