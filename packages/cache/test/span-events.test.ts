import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { createCache } from '../src/index.ts';
import { aGate } from './builders.ts';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const tracer = provider.getTracer('test');
const contextManager = new AsyncLocalStorageContextManager();
context.setGlobalContextManager(contextManager.enable());

beforeEach(() => exporter.reset());
afterAll(async () => {
  await provider.shutdown();
  context.disable();
});

async function inSpan(name: string, work: () => Promise<unknown>): Promise<ReadableSpan> {
  await tracer.startActiveSpan(name, async (span) => {
    await work();
    span.end();
  });
  return exporter.getFinishedSpans().find((span) => span.name === name)!;
}

const eventsOf = (span: ReadableSpan) =>
  span.events.map((event) => ({ name: event.name, ...event.attributes }));

describe('on the active span', () => {
  test('a miss and a hit become events with the cache, the operation and the pattern', async () => {
    const cache = createCache({ name: 'users' });
    const span = await inSpan('GET /users/:id', async () => {
      await cache.getOrCompute('user:42', () => 1, { keyPattern: 'user:{userId}' });
      await cache.get('user:42');
    });
    expect(eventsOf(span)).toEqual([
      {
        name: 'cache.miss',
        'cache.name': 'users',
        'cache.operation.name': 'get_or_compute',
        'cache.key.pattern': 'user:{userId}',
      },
      { name: 'cache.hit', 'cache.name': 'users', 'cache.operation.name': 'get' },
    ]);
    expect(span.attributes).toEqual({});
  });

  test('the key is nowhere', async () => {
    const cache = createCache();
    const span = await inSpan('request', async () => {
      await cache.set('secret-key', 'secret-value', { tags: ['secret-tag'] });
      await cache.get('secret-key');
      await cache.invalidateTag('secret-tag');
      await cache.get('secret-key');
      await cache.delete('secret-key');
    });
    expect(span.events).toHaveLength(2);
    expect(JSON.stringify([span.events, span.attributes])).not.toContain('secret');
  });

  test('concurrent requests that share a load each get their own event', async () => {
    const cache = createCache();
    const gate = aGate<string>();
    const requests = ['one', 'two', 'three'].map((name) =>
      inSpan(name, () => cache.getOrCompute('key', () => gate.passed)),
    );
    gate.open('value');
    for (const span of await Promise.all(requests)) {
      expect(eventsOf(span)).toMatchObject([{ name: 'cache.miss' }]);
    }
    expect(cache.stats()).toMatchObject({ misses: 3, loads: 1 });
  });

  test('the miss is recorded before the load, inside which the same span is active', async () => {
    const cache = createCache();
    const span = await inSpan('request', () =>
      cache.getOrCompute('key', () => {
        trace.getActiveSpan()?.addEvent('loading');
        return 1;
      }),
    );
    expect(span.events.map((event) => event.name)).toEqual(['cache.miss', 'loading']);
  });

  test('thirty-two events stand alone, without totals', async () => {
    const cache = createCache();
    await cache.set('key', 1);
    const span = await inSpan('request', async () => {
      for (let read = 0; read < 32; read += 1) await cache.get('key');
    });
    expect(span.events).toHaveLength(32);
    expect(span.attributes).toEqual({});
  });

  test('beyond thirty-two the span carries totals, of all caches it read', async () => {
    const [users, rooms] = [createCache({ name: 'users' }), createCache({ name: 'rooms' })];
    await users.set('key', 1);
    const span = await inSpan('request', async () => {
      for (let read = 0; read < 30; read += 1) await users.get('key');
      for (let read = 0; read < 20; read += 1) await rooms.get('key');
    });
    expect(span.events).toHaveLength(32);
    expect(span.attributes).toEqual({ 'cache.hit.count': 30, 'cache.miss.count': 20 });
  });

  test('the limit can be none at all, and holds per span', async () => {
    const cache = createCache({ maxEventsPerSpan: 0 });
    const [one, two] = await Promise.all([
      inSpan('one', () => cache.get('key')),
      inSpan('two', () => cache.get('key')),
    ]);
    for (const span of [one, two]) {
      expect(span.events).toEqual([]);
      expect(span.attributes).toEqual({ 'cache.hit.count': 0, 'cache.miss.count': 1 });
    }
  });

  test('a span that has ended meanwhile is left alone', async () => {
    const warnings: string[] = [];
    const quiet = { error() {}, info() {}, debug() {}, verbose() {} };
    const logger = { ...quiet, warn: (line: string) => void warnings.push(line) };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    const cache = createCache();
    const gate = aGate<string>();
    let late: Promise<unknown> | undefined;
    const span = await inSpan('request', async () => {
      late = cache.getOrCompute('key', () => gate.passed);
    });
    gate.open('value');
    expect(await late).toBe('value');
    diag.disable();
    expect(span.events).toEqual([]);
    expect(warnings).toEqual([]); // the SDK complains when an ended span is written to
    expect(cache.stats().misses).toBe(1);
  });
});

describe('without a recording span', () => {
  test('reads work and are counted', async () => {
    const cache = createCache();
    await cache.get('key');
    const off = new TracerProvider({ sampler: new AlwaysOffSampler() }).getTracer('off');
    await off.startActiveSpan('not sampled', async (span) => {
      await cache.get('key');
      span.end();
    });
    expect(cache.stats()).toMatchObject({ misses: 2, hits: 0, hitRatio: 0 });
  });
});
