import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { aRequest, aRig } from './build.ts';
import type { Rig } from './build.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['Date', 'performance', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

function requests(rig: Rig, count: number): void {
  for (let i = 0; i < count; i++) aRequest(rig, '/a').end();
}

const whole = { held: 0, exportedTwice: 0 };

describe('batches', () => {
  test('leave when they are full', async () => {
    const rig = aRig({ maxBatchSpans: 10 });
    requests(rig, 9);
    await jest.advanceTimersByTimeAsync(0);
    expect(rig.exporter.batches).toHaveLength(0);
    requests(rig, 16);
    await jest.advanceTimersByTimeAsync(0);
    expect(rig.exporter.batches.map((batch) => batch.length)).toEqual([10, 10]);
  });

  test('leave after the delay when they do not fill', async () => {
    const rig = aRig({ exportDelayMs: 3000 });
    requests(rig, 2);
    await jest.advanceTimersByTimeAsync(2999);
    expect(rig.exporter.batches).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(rig.exporter.batches.map((batch) => batch.length)).toEqual([2]);
    requests(rig, 1);
    await jest.advanceTimersByTimeAsync(3000);
    expect(rig.exporter.batches).toHaveLength(2);
    expect(rig.processor.counts).toMatchObject({ exportedSpans: 3, exportedBatches: 2 });
  });

  test('are no larger than the queue', async () => {
    const rig = aRig({ maxBatchSpans: 512, maxQueueSpans: 4 });
    requests(rig, 4);
    await jest.advanceTimersByTimeAsync(0);
    expect(rig.exporter.batches.map((batch) => batch.length)).toEqual([4]);
  });

  test('leave one at a time', async () => {
    const rig = aRig({ maxBatchSpans: 5 });
    const waiting: (() => void)[] = [];
    rig.exporter.answer = (done) => waiting.push(() => done({ code: 0 }));
    requests(rig, 20);
    const flushed = rig.processor.forceFlush();
    for (let batch = 1; batch <= 4; batch++) {
      await jest.advanceTimersByTimeAsync(0);
      expect(waiting).toHaveLength(1);
      waiting.pop()!();
    }
    await flushed;
    expect(rig.exporter.mostRunning).toBe(1);
    expect(rig.processor.counts.exportedSpans).toBe(20);
  });

  test('are exported without making spans of it, outside of the request that filled them', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const rig = aRig({ maxBatchSpans: 1 });
    const seen: unknown[] = [];
    rig.exporter.answer = (done) => {
      seen.push(isTracingSuppressed(context.active()), trace.getSpan(context.active()));
      done({ code: 0 });
    };
    const request = aRequest(rig, '/a');
    context.with(request.context, () => request.end());
    await rig.processor.forceFlush();
    expect(seen).toEqual([true, undefined]);
    context.disable();
  });
});

describe('an exporter', () => {
  test('that fails costs its batch, and is named with its reason once', async () => {
    const rig = aRig({ maxBatchSpans: 2 });
    rig.exporter.answer = (done) => done({ code: 1, error: new Error('connect ECONNREFUSED') });
    requests(rig, 4);
    expect(await rig.account()).toEqual({ ended: 4, accounted: 4, ...whole });
    expect(rig.processor.counts.droppedSpans).toEqual({ export_failed: 4 });
    expect(rig.troubles).toEqual([
      'spans could not be exported, the export failed: connect ECONNREFUSED',
    ]);
  });

  test('that throws costs its batch', async () => {
    const rig = aRig();
    rig.exporter.answer = () => {
      throw new Error('thrown');
    };
    requests(rig, 3);
    expect(await rig.account()).toEqual({ ended: 3, accounted: 3, ...whole });
    expect(rig.processor.counts.droppedSpans).toEqual({ export_failed: 3 });
  });

  test('that is an async function and rejects costs its batch', async () => {
    const rig = aRig();
    rig.exporter.answer = () => Promise.reject(new Error('rejected'));
    requests(rig, 3);
    expect(await rig.account()).toEqual({ ended: 3, accounted: 3, ...whole });
    expect(rig.processor.counts.droppedSpans).toEqual({ export_failed: 3 });
  });

  test('that hangs costs its batch after the time limit, and the next one leaves', async () => {
    const rig = aRig({ maxBatchSpans: 2, exportTimeoutMs: 1000 });
    const hung: (() => void)[] = [];
    rig.exporter.answer = (done) => hung.push(() => done({ code: 0 }));
    requests(rig, 2);
    await jest.advanceTimersByTimeAsync(999);
    expect(rig.processor.counts.droppedSpans).toEqual({});
    await jest.advanceTimersByTimeAsync(1);
    expect(rig.processor.counts.droppedSpans).toEqual({ export_timeout: 2 });
    rig.exporter.answer = (done) => done({ code: 0 });
    requests(rig, 2);
    hung[0]!();
    expect(await rig.account()).toEqual({ ended: 4, accounted: 4, ...whole });
    expect(rig.processor.counts.exportedSpans).toBe(2);
  });

  test('that answers twice is counted once', async () => {
    const rig = aRig();
    rig.exporter.answer = (done) => {
      done({ code: 0 });
      done({ code: 1 });
      done({ code: 0 });
    };
    requests(rig, 3);
    expect(await rig.account()).toEqual({ ended: 3, accounted: 3, ...whole });
    expect(rig.processor.counts).toMatchObject({ exportedSpans: 3, exportedBatches: 1 });
  });

  test('that empties the batch it got does not change what is counted', async () => {
    const rig = aRig();
    rig.exporter.answer = (done, batch) => {
      batch.length = 0;
      done({ code: 0 });
    };
    requests(rig, 3);
    await rig.processor.forceFlush();
    expect(rig.processor.counts.exportedSpans).toBe(3);
  });

  test('that answers with nothing has failed', async () => {
    const rig = aRig();
    rig.exporter.answer = (done) => done(undefined as never);
    requests(rig, 1);
    await rig.processor.forceFlush();
    expect(rig.processor.counts.droppedSpans).toEqual({ export_failed: 1 });
  });
});

describe('forceFlush', () => {
  test('sends what is judged and leaves open traces alone', async () => {
    const rig = aRig();
    const open = aRequest(rig, '/open');
    open.query('SELECT * FROM users');
    requests(rig, 3);
    await rig.provider.forceFlush();
    expect(rig.exporter.spans).toHaveLength(3);
    expect(rig.exporter.flushes).toBe(1);
    open.end();
  });

  test('ends though spans keep coming', async () => {
    const rig = aRig({ maxBatchSpans: 1 });
    let moreSpans = 1000;
    rig.exporter.answer = (done) => {
      if (moreSpans-- > 0) requests(rig, 1);
      done({ code: 0 });
    };
    requests(rig, 3);
    await rig.processor.forceFlush();
    expect(moreSpans).toBeGreaterThan(900);
    moreSpans = 0;
    await rig.processor.shutdown();
  });

  test('ends within the time limit when the exporter hangs', async () => {
    const rig = aRig({ maxBatchSpans: 1, exportTimeoutMs: 1000 });
    rig.exporter.answer = () => undefined;
    requests(rig, 100);
    let hasEnded = false;
    void rig.processor.forceFlush().then(() => (hasEnded = true));
    await jest.advanceTimersByTimeAsync(1000);
    expect(hasEnded).toBe(true);
    rig.processor.surrender();
  });
});

describe('shutdown', () => {
  test('sends everything, ends the exporter once and may be called again', async () => {
    const rig = aRig({ maxBatchSpans: 2 });
    requests(rig, 5);
    const [first, second] = [rig.processor.shutdown(), rig.processor.shutdown()];
    expect(second).toBe(first);
    await first;
    await rig.provider.shutdown();
    expect(rig.exporter.spans).toHaveLength(5);
    expect(rig.exporter.shutdowns).toBe(1);
  });

  test('is the end: nothing is judged, counted or exported any more', async () => {
    const rig = aRig();
    const open = aRequest(rig, '/open');
    await rig.processor.shutdown();
    const counts = JSON.stringify(rig.processor.counts);
    open.queries(6, 'SELECT * FROM notes WHERE id = $1');
    open.end();
    requests(rig, 3);
    await rig.processor.forceFlush();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(rig.exporter.batches).toHaveLength(0);
    expect(rig.findings).toHaveLength(0);
    expect(JSON.stringify(rig.processor.counts)).toBe(counts);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('keeps its time limit with an exporter that hangs, and counts what it gave up', async () => {
    const rig = aRig({ maxBatchSpans: 2, exportTimeoutMs: 1000 });
    rig.exporter.answer = () => undefined;
    rig.exporter.shutdown = () => new Promise(() => undefined);
    requests(rig, 7);
    let hasEnded = false;
    void rig.processor.shutdown().then(() => (hasEnded = true));
    await jest.advanceTimersByTimeAsync(2000);
    expect(hasEnded).toBe(true);
    const { export_timeout: late = 0, shutdown = 0 } = rig.processor.counts.droppedSpans;
    expect(late + shutdown).toBe(7);
    expect(await rig.account()).toEqual({ ended: 7, accounted: 7, ...whole });
  });

  test('resolves when the exporter has none worth the name', async () => {
    const rig = aRig();
    requests(rig, 1);
    rig.exporter.shutdown = undefined as never;
    await expect(rig.processor.shutdown()).resolves.toBeUndefined();
  });
});

describe('the end of a process', () => {
  test('lastFlush sends the ended spans of open traces, whose verdict still comes', async () => {
    const rig = aRig();
    const open = aRequest(rig, '/open');
    open.queries(6, 'SELECT * FROM notes WHERE id = $1');
    await rig.processor.lastFlush();
    expect(rig.exporter.spans).toHaveLength(6);
    open.end();
    expect(rig.findings.map(({ finding }) => finding.rule)).toContain('n-plus-one-query');
    expect(await rig.account()).toEqual({ ended: 7, accounted: 7, ...whole });
  });

  test('surrender hands over what waits, is held or came late, and leaves no timer', async () => {
    const rig = aRig();
    requests(rig, 3);
    aRequest(rig, '/open').queries(2, "SELECT * FROM users WHERE name = 'Ada'");
    const late = aRequest(rig, '/late');
    const straggler = late.child('straggler');
    late.end();
    straggler.end();
    const { waiting, flying } = rig.processor.surrender();
    expect([waiting.length, flying.length]).toEqual([7, 0]);
    expect(new Set(waiting).size).toBe(7);
    expect(JSON.stringify(waiting.map(({ attributes }) => attributes))).not.toContain('Ada');
    await rig.processor.shutdown();
    expect(rig.exporter.batches).toHaveLength(0);
    expect(rig.processor.surrender()).toEqual({ waiting: [], flying: [] });
    expect(jest.getTimerCount()).toBe(0);
  });

  test('surrender tells a batch that is under way from the rest, and its answer counts no more', async () => {
    const rig = aRig({ maxBatchSpans: 2 });
    const answers: (() => void)[] = [];
    rig.exporter.answer = (done) => answers.push(() => done({ code: 0 }));
    requests(rig, 5);
    await jest.advanceTimersByTimeAsync(0);
    const { waiting, flying } = rig.processor.surrender();
    expect([waiting.length, flying.length]).toEqual([3, 2]);
    answers[0]!();
    await jest.advanceTimersByTimeAsync(0);
    expect(rig.exporter.batches).toHaveLength(1);
    expect(rig.processor.counts).toMatchObject({ exportedSpans: 0, droppedSpans: {} });
  });

  test('a batch that the exporter was not given yet is not under way', async () => {
    const rig = aRig({ maxBatchSpans: 2 });
    requests(rig, 5);
    const { waiting, flying } = rig.processor.surrender();
    expect([waiting.length, flying.length]).toEqual([5, 0]);
    await jest.advanceTimersByTimeAsync(0);
    expect(rig.exporter.batches).toHaveLength(0);
  });

  test('what fails in the last flush is kept for surrender', async () => {
    const rig = aRig({ maxBatchSpans: 2 });
    rig.exporter.answer = (done) => done({ code: 1, error: new Error('refused') });
    requests(rig, 5);
    await rig.processor.lastFlush();
    expect(rig.processor.counts.droppedSpans).toEqual({});
    expect(rig.processor.surrender().waiting).toHaveLength(5);
  });
});

test('spans that are recorded but not sampled are judged and not exported', async () => {
  const rig = aRig({
    sampler: {
      shouldSample: () => ({ decision: SamplingDecision.RECORD }),
      toString: () => 'record',
    },
  });
  const request = aRequest(rig, '/a');
  request.queries(6, 'SELECT * FROM notes WHERE id = $1');
  request.end();
  expect(rig.findings).toHaveLength(1);
  expect(rig.ended).toMatchObject({ sampled: 0, all: 7 });
  expect(await rig.account()).toEqual({ ended: 0, accounted: 0, ...whole });
  expect(rig.exporter.batches).toHaveLength(0);
});

describe('a resource whose detectors are still at work', () => {
  function aSlowResource() {
    let answer!: (value: string) => void;
    const hostId = new Promise<string>((resolve) => (answer = resolve));
    const resource = resourceFromAttributes({ 'service.name': 'orders', 'host.id': hostId });
    return { resource, answer };
  }

  test('holds its spans back until it is complete', async () => {
    const { resource, answer } = aSlowResource();
    const rig = aRig({ resource });
    requests(rig, 2);
    const flushed = rig.processor.forceFlush();
    await jest.advanceTimersByTimeAsync(100);
    expect(rig.exporter.batches).toHaveLength(0);
    answer('host-1');
    await flushed;
    expect(rig.exporter.spans[0]?.resource.attributes['host.id']).toBe('host-1');
  });

  test('is waited for once, and no longer than an export', async () => {
    const { resource } = aSlowResource();
    const rig = aRig({ resource, exportTimeoutMs: 1000, maxBatchSpans: 1 });
    requests(rig, 3);
    await jest.advanceTimersByTimeAsync(1000);
    expect(rig.exporter.spans).toHaveLength(3);
    expect(rig.processor.counts.exportedSpans).toBe(3);
  });
});
