import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { context, metrics } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import {
  currentRequest,
  meter,
  noteRequestId,
  setAttribute,
  setAttributes,
  setTenant,
  setUser,
} from '../src/index.ts';
import { aRemoteRequest, aRequest, aRig, withoutOnEnding } from './build.ts';
import type { OpenSpan } from './build.ts';

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => {
  context.disable();
});

function attributesOf({ span }: OpenSpan) {
  return (span as unknown as ReadableSpan).attributes;
}

function inside<Result>({ context: around }: OpenSpan, work: () => Result): Result {
  return context.with(around, work);
}

describe('inside a request', () => {
  test('writes on the local root, from whichever span is active', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/orders/:id');
    const handler = request.child('handler');
    const step = handler.child('step');
    await inside(step, async () => {
      await Promise.resolve();
      setUser({ id: 'u-7' });
      setTenant(42);
      setAttribute('order.kind', 'express');
      setAttributes({ 'order.items': 3, 'order.tags': ['a', 'b'], 'order.gift': false });
    });
    step.end();
    handler.end();
    request.end();
    expect(attributesOf(request)).toMatchObject({
      'user.id': 'u-7',
      'spandrel.tenant.id': '42',
      'order.kind': 'express',
      'order.items': 3,
      'order.tags': ['a', 'b'],
      'order.gift': false,
    });
    expect(attributesOf(handler)).toEqual({});
    expect(attributesOf(step)).toEqual({});
    const { traceId } = request.span.spanContext();
    expect(rig.processor.statistics.request(traceId)).toMatchObject({ user: 'u-7', tenant: '42' });
    await rig.processor.shutdown();
  });

  test('writes on its own root when several of one trace are open', async () => {
    const rig = aRig();
    const outer = aRequest(rig, '/outer');
    const handler = outer.child('handler');
    const inner = aRemoteRequest(rig, '/inner', outer.span);
    const innerHandler = inner.child('handler');
    inside(innerHandler, () => setUser({ id: 'inner' }));
    inside(handler, () => setUser({ id: 'outer' }));
    innerHandler.end();
    inner.end();
    inside(handler, () => setTenant('late'));
    handler.end();
    outer.end();
    expect(attributesOf(inner)['user.id']).toBe('inner');
    expect(attributesOf(outer)).toMatchObject({ 'user.id': 'outer', 'spandrel.tenant.id': 'late' });
    await rig.processor.shutdown();
  });

  test('an id that is not known changes nothing, and is no misuse', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    inside(request, () => {
      setUser({ id: undefined });
      setUser({ id: null });
      setTenant(null);
    });
    request.end();
    expect(attributesOf(request)).not.toHaveProperty('user.id');
    expect(rig.processor.counts.contextIgnored).toBe(0);
    await rig.processor.shutdown();
  });

  test('rude values neither throw nor leave', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const throwing = {
      get id(): never {
        throw new Error('getter');
      },
    };
    const proxy = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
        ownKeys: () => {
          throw new Error('trap');
        },
      },
    );
    inside(request, () => {
      setUser(throwing);
      setUser(undefined as never);
      setUser(proxy as never);
      setUser({ id: cyclic as never });
      setTenant(Symbol('tenant') as never);
      setAttribute('cyclic', cyclic as never);
      setAttribute('', 'no key');
      setAttribute('k'.repeat(201), 'long key');
      setAttribute('mixed', ['a', cyclic] as never);
      setAttributes(proxy as never);
      setAttributes(null as never);
    });
    request.end();
    const written = Object.keys(attributesOf(request)).filter(
      (key) => !/^(spandrel|http)\./.test(key),
    );
    expect(written).toEqual([]);
    expect(rig.processor.counts.contextIgnored).toBe(11);
    await rig.processor.shutdown();
  });

  test('cuts long texts and lists, and many attributes', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`many.${n}`, n]));
    inside(request, () => {
      setAttribute('text', 'ä'.repeat(5_000_000));
      setAttribute(
        'list',
        Array.from({ length: 5000 }, (_, n) => n),
      );
      setAttributes(many);
    });
    request.end();
    const { text, list, ...rest } = attributesOf(request);
    expect(text).toBe('ä'.repeat(1000));
    expect(list).toHaveLength(100);
    expect(Object.keys(rest).filter((key) => key.startsWith('many.')).length).toBeLessThanOrEqual(
      128,
    );
    await rig.processor.shutdown();
  });
});

describe('outside a request', () => {
  test('does nothing and is counted', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    setUser({ id: 'nobody' });
    request.end();
    inside(request, () => setUser({ id: 'too late' }));
    expect(attributesOf(request)).not.toHaveProperty('user.id');
    expect(rig.processor.counts.contextIgnored).toBe(2);
    expect(rig.processor.health()['spandrel.self.context.ignored']).toBe(2);
    expect(currentRequest()).toBeUndefined();
    await rig.processor.shutdown();
  });

  test('does nothing without a processor, and in a request that is not recorded', async () => {
    expect(() => setUser({ id: 'nobody' })).not.toThrow();
    const rig = aRig({
      sampler: { shouldSample: () => ({ decision: SamplingDecision.NOT_RECORD }) },
    });
    const request = aRequest(rig, '/a');
    inside(request, () => setUser({ id: 'unsampled' }));
    expect(inside(request, currentRequest)).toBeUndefined();
    await rig.processor.shutdown();
  });

  test('holds no request after shutdown', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    await rig.processor.shutdown();
    expect(inside(request, currentRequest)).toBeUndefined();
  });
});

describe('the current request', () => {
  test('is told by trace and endpoint so far', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a', {
      attributes: { 'http.route': '', 'url.path': '/orders/77' },
    });
    const { traceId } = request.span.spanContext();
    expect(inside(request.child('handler'), currentRequest)).toEqual({
      requestId: traceId,
      traceId,
      endpoint: 'GET /orders/:param',
    });
    request.span.setAttribute('http.route', '/orders/:id');
    expect(inside(request, currentRequest)?.endpoint).toBe('GET /orders/:id');
    request.end();
    await rig.processor.shutdown();
  });

  test('has the id that its caller gave it, which is written on no span', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    noteRequestId(request.span, 'req-8f/1+2=3@edge.example:80');
    expect(inside(request, currentRequest)?.requestId).toBe('req-8f/1+2=3@edge.example:80');
    request.end();
    expect(JSON.stringify(attributesOf(request))).not.toContain('req-8f');
    await rig.processor.shutdown();
  });

  test.each<[unknown, string]>([
    ['', 'nothing'],
    ['a'.repeat(129), 'too much'],
    ['two words', 'a blank'],
    ['line\nbreak', 'a line break'],
    ['\u001b[31mred', 'a terminal sequence'],
    ['ünicode', 'other letters'],
    [['a', 'b'], 'a list'],
    [undefined, 'no header'],
    [{ toString: () => 'a' }, 'an object'],
  ])('has its trace id where the header holds %j (%s)', async (header) => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    noteRequestId(request.span, header);
    const { traceId } = request.span.spanContext();
    expect(inside(request, currentRequest)?.requestId).toBe(traceId);
    request.end();
    await rig.processor.shutdown();
  });
});

describe('what a request used', () => {
  function work(): unknown {
    const kept = Array.from({ length: 200_000 }, (_, n) => ({ n }));
    let sum = 0;
    for (let turn = 0; turn < 20; turn++) for (const { n } of kept) sum += n;
    return [kept, sum];
  }

  test('is written where it was alone', async () => {
    const rig = aRig({ measureRequests: true });
    const request = aRequest(rig, '/a');
    const kept = work();
    request.end();
    const row = rig.processor.statistics.request(request.span.spanContext().traceId)!;
    expect(row.cpuMs).toBeGreaterThan(0);
    expect(attributesOf(request)['spandrel.cpu_ms']).toBe(row.cpuMs);
    // A collection in between makes the growth unknown.
    expect(row.memoryBytes === null || row.memoryBytes > 1_000_000).toBe(true);
    expect(kept).toBeDefined();
    await rig.processor.shutdown();
  });

  test('is unknown where another request overlapped, at its start, its end or in between', async () => {
    const rig = aRig({ measureRequests: true });
    const first = aRequest(rig, '/first');
    const second = aRequest(rig, '/second');
    first.end();
    const third = aRequest(rig, '/third');
    const within = aRequest(rig, '/within');
    within.end();
    second.end();
    third.end();
    for (const request of [first, second, third, within]) {
      const row = rig.processor.statistics.request(request.span.spanContext().traceId)!;
      expect([row.cpuMs, row.memoryBytes]).toEqual([null, null]);
    }
    const alone = aRequest(rig, '/alone');
    alone.end();
    expect(attributesOf(alone)).toHaveProperty(['spandrel.cpu_ms']);
    await rig.processor.shutdown();
  });

  test('is what the application wrote, where it did', async () => {
    const rig = aRig({ measureRequests: true });
    const request = aRequest(rig, '/a');
    inside(request, () => setAttributes({ 'spandrel.memory_bytes': 5, 'spandrel.cpu_ms': 6 }));
    request.end();
    expect(attributesOf(request)).toMatchObject({
      'spandrel.memory_bytes': 5,
      'spandrel.cpu_ms': 6,
    });
    await rig.processor.shutdown();
  });

  test('is not asked for when measureRequests is off', async () => {
    const rig = aRig({ measureRequests: false });
    const request = aRequest(rig, '/a');
    request.end();
    expect(attributesOf(request)).not.toHaveProperty(['spandrel.cpu_ms']);
    await rig.processor.shutdown();
  });

  test('is written in an SDK that does not tell of endings', async () => {
    const rig = aRig({ measureRequests: true, seenAs: withoutOnEnding });
    const request = aRequest(rig, '/a');
    request.end();
    expect(attributesOf(request)).toHaveProperty(['spandrel.cpu_ms']);
    await rig.processor.shutdown();
  });
});

test('roots that nobody ends are let go, so that later requests have a context', async () => {
  const rig = aRig({ maxOpenTraces: 2, maxQuietMs: 1000 });
  const leaked = [aRequest(rig, '/leak'), aRequest(rig, '/leak')];
  const refused = aRequest(rig, '/refused');
  inside(refused, () => setUser({ id: 'refused' }));
  expect(attributesOf(refused)).not.toHaveProperty('user.id');
  expect(rig.processor.health()['spandrel.self.overflow']).toMatchObject({ requestContexts: 1 });
  refused.end();
  rig.clock.nowMs += 60_000;
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const next = aRequest(rig, '/next');
  inside(next, () => setUser({ id: 'next' }));
  expect(attributesOf(next)['user.id']).toBe('next');
  next.end();
  expect(leaked).toHaveLength(2);
  await rig.processor.shutdown();
});

test("the meter is OpenTelemetry's own", () => {
  expect(meter('shop')).toBeInstanceOf(metrics.getMeter('shop').constructor);
  expect(() => meter().createCounter('orders').add(1)).not.toThrow();
});

test('another copy of the package finds the same request', async () => {
  const rig = aRig();
  const request = aRequest(rig, '/a');
  let other: { setUser: typeof setUser } | undefined;
  jest.isolateModules(() => {
    other = require('../src/request-context/request-context.ts') as { setUser: typeof setUser };
  });
  expect(other!.setUser).not.toBe(setUser);
  inside(request, () => other!.setUser({ id: 'by a copy' }));
  expect(attributesOf(request)['user.id']).toBe('by a copy');
  request.end();
  await rig.processor.shutdown();
});
