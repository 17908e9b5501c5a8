import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { aRandom, aRemoteRequest, aRequest, aRig, startMs } from './build.ts';
import type { OpenSpan, Rig } from './build.ts';

const byUser = 'SELECT * FROM notes WHERE user_id = $1';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['Date', 'performance', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** Moves clock and timers together, a sweep at a time. */
async function pass(rig: Rig, ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += 1000) {
    rig.clock.nowMs += 1000;
    await jest.advanceTimersByTimeAsync(1000);
  }
}

async function flushed(rig: Rig): Promise<ReadableSpan[]> {
  await rig.processor.forceFlush();
  return rig.exporter.spans;
}

function attributesOf({ span }: OpenSpan): ReadableSpan['attributes'] {
  return (span as unknown as ReadableSpan).attributes;
}

test('traces that run at once never mix, in whatever order their spans end', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  console.log(`traces.test.ts: SEED=${seed}`);
  const random = aRandom(seed);
  const rig = aRig({ callSites: false });
  const traces = Array.from({ length: 200 }, (_, number) => {
    const request = aRequest(rig, `/t${number}`);
    const queries = random(10);
    const inner = request.child('work');
    const spans = Array.from({ length: queries }, (__, query) =>
      (query % 2 === 0 ? request : inner).child('pg.query:SELECT shop', {
        kind: 2,
        attributes: {
          'db.system.name': 'postgresql',
          'db.query.text': `SELECT * FROM t${number} WHERE id = $1`,
        },
      }),
    );
    return { request, queries, open: [...spans, inner] };
  });
  const waiting = [...traces];
  while (waiting.length > 0) {
    const place = random(waiting.length);
    const { open, request } = waiting[place]!;
    if (open.length > 0) open.splice(random(open.length), 1)[0]!.end();
    else {
      request.end(5);
      waiting.splice(place, 1);
    }
  }
  for (const { request, queries } of traces) {
    const attributes = attributesOf(request);
    expect(attributes['spandrel.db.query_count'] ?? 0).toBe(queries);
    expect(attributes['spandrel.finding.count'] ?? 0).toBe(queries >= 5 ? 1 : 0);
  }
  for (const { finding } of rig.findings) {
    expect(finding.shape).toContain(finding.endpoint.replace('GET /', ''));
  }
  const { ended, accounted, held, exportedTwice } = await rig.account();
  expect({ accounted, held, exportedTwice }).toEqual({
    accounted: ended,
    held: 0,
    exportedTwice: 0,
  });
});

describe('a process that calls itself', () => {
  test('judges each of its roots alone', async () => {
    const rig = aRig();
    const outer = aRequest(rig, '/outer');
    outer.queries(3, byUser);
    const call = outer.child('GET', { kind: 2 });
    const inner = aRemoteRequest(rig, '/inner', call.span);
    inner.queries(4, byUser);
    outer.queries(1, byUser);
    inner.end();
    call.end();
    outer.queries(2, 'SELECT * FROM users WHERE id = $1');
    outer.end();
    expect(attributesOf(inner)).toMatchObject({
      'spandrel.endpoint': 'GET /inner',
      'spandrel.db.query_count': 4,
    });
    expect(attributesOf(outer)).toMatchObject({
      'spandrel.endpoint': 'GET /outer',
      'spandrel.db.query_count': 6,
    });
    expect(rig.findings).toEqual([]);
    expect(await rig.account()).toEqual({ ended: 13, accounted: 13, held: 0, exportedTwice: 0 });
  });

  test('sends what ends after its own root once, though another root is still open', async () => {
    const rig = aRig();
    const outer = aRequest(rig, '/outer');
    const call = outer.child('GET', { kind: 2 });
    const inner = aRemoteRequest(rig, '/inner', call.span);
    const straggler = inner.child('straggler');
    inner.end();
    straggler.end();
    call.end();
    outer.query(byUser);
    outer.end();
    expect(attributesOf(outer)['spandrel.db.query_count']).toBe(1);
    expect(await rig.account()).toEqual({ ended: 5, accounted: 5, held: 0, exportedTwice: 0 });
    expect(attributesOf(straggler)['spandrel.late']).toBe(true);
    expect(attributesOf(call)['spandrel.late']).toBeUndefined();
  });

  test('keeps late children of one call out of the next call of the same trace', async () => {
    const rig = aRig();
    const caller = aRequest(aRig(), '/elsewhere').span;
    const first = aRemoteRequest(rig, '/first', caller);
    const stragglers = Array.from({ length: 4 }, () => first.child('straggler', { kind: 2 }));
    first.end();
    const second = aRemoteRequest(rig, '/second', caller);
    for (const straggler of stragglers) straggler.end();
    second.query(byUser);
    second.end();
    expect(attributesOf(second)['spandrel.db.query_count']).toBe(1);
    const spans = await flushed(rig);
    const late = spans.filter(({ attributes }) => attributes['spandrel.late'] === true);
    expect(late.map(({ name }) => name)).toEqual(Array(4).fill('straggler'));
    expect(await rig.account()).toEqual({ ended: 7, accounted: 7, held: 0, exportedTwice: 0 });
  });

  test('does not take the children of another root when an old one ends after it was let go', async () => {
    const rig = aRig();
    const caller = aRequest(aRig(), '/elsewhere').span;
    const old = aRemoteRequest(rig, '/old', caller);
    await pass(rig, 601_000);
    const fresh = aRemoteRequest(rig, '/fresh', caller);
    fresh.query(byUser);
    old.end();
    fresh.query(byUser);
    fresh.end();
    expect(attributesOf(fresh)['spandrel.db.query_count']).toBe(2);
    expect(attributesOf(old)['spandrel.endpoint']).toBeUndefined();
    expect(rig.processor.counts.unjudgedTraces).toEqual({ abandoned: 1 });
    expect(await rig.account()).toEqual({ ended: 4, accounted: 4, held: 0, exportedTwice: 0 });
  });
});

describe('children that end after their root', () => {
  test('form a verdict of their own under its endpoint and are exported once', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/users');
    const stragglers = Array.from({ length: 6 }, () =>
      request.child('pg.query:SELECT shop', {
        kind: 2,
        attributes: { 'db.system.name': 'postgresql', 'db.query.text': byUser },
      }),
    );
    request.end();
    expect(rig.findings).toEqual([]);
    for (const straggler of stragglers) straggler.end();
    expect(await rig.held()).toBe(6);
    await pass(rig, 1000);
    expect(rig.findings.map(({ finding }) => [finding.rule, finding.endpoint])).toEqual([
      ['n-plus-one-query', 'GET /users'],
    ]);
    expect(await rig.account()).toEqual({ ended: 7, accounted: 7, held: 0, exportedTwice: 0 });
    const late = rig.exporter.named('pg.query:SELECT shop');
    expect(late.every(({ attributes }) => attributes['spandrel.late'] === true)).toBe(true);
    expect(rig.processor.counts.lateSpans).toBe(6);
    expect(rig.processor.statistics.endpoint('GET /users')?.calls).toBe(1);
  });

  test('are those whose end came later, whatever their times say: clocks are set', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/users');
    request.query(byUser, { tookMs: 3 });
    request.query(byUser, { tookMs: 30 });
    request.end(10);
    expect(attributesOf(request)['spandrel.db.query_count']).toBe(2);
    expect(rig.processor.counts.lateSpans).toBe(0);
  });

  test('are judged without waiting when there are very many', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/users');
    const stragglers = Array.from({ length: 1500 }, () => request.child('straggler'));
    request.end();
    for (const straggler of stragglers) straggler.end();
    expect(await rig.held()).toBe(500);
    expect(await rig.account()).toEqual({
      ended: 1501,
      accounted: 1501,
      held: 0,
      exportedTwice: 0,
    });
  });
});

describe('children still open when their root ends', () => {
  test('lend it their route and the cache events they hold, which then count once', async () => {
    const rig = aRig();
    const request = aRequest(rig, '', { attributes: { 'http.route': '', 'url.path': '/users/7' } });
    const handler = request.child('request handler', {
      attributes: { 'http.route': '/users/:id' },
    });
    handler.span.addEvent('cache.hit', {}, startMs);
    request.end();
    expect(attributesOf(request)).toMatchObject({
      'spandrel.endpoint': 'GET /users/:id',
      'spandrel.cache.hit_count': 1,
    });
    handler.end();
    await rig.processor.forceFlush();
    const [service] = rig.processor.report().services;
    expect(service!.endpoints).toMatchObject([{ calls: 1, cacheHitRatio: 1 }]);
    expect(await rig.account()).toEqual({ ended: 2, accounted: 2, held: 0, exportedTwice: 0 });
  });

  test('are those of this root only', () => {
    const rig = aRig();
    const outer = aRequest(rig, '/outer');
    const call = outer.child('GET', { kind: 2 });
    const inner = aRemoteRequest(rig, '/inner', call.span);
    outer.child('work').span.addEvent('cache.hit', {}, startMs);
    inner.end();
    expect(attributesOf(inner)['spandrel.cache.hit_count']).toBeUndefined();
    outer.end();
    expect(attributesOf(outer)['spandrel.cache.hit_count']).toBe(1);
  });
});

describe('a long request', () => {
  test('goes out in pieces and is judged at its end all the same', async () => {
    const rig = aRig({ maxHoldMs: 10_000 });
    const request = aRequest(rig, '/export');
    request.queries(3, byUser);
    await pass(rig, 11_000);
    await flushed(rig);
    expect(rig.exporter.spans).toHaveLength(3);
    request.queries(3, byUser);
    await pass(rig, 5000);
    await flushed(rig);
    expect(rig.exporter.spans).toHaveLength(3);
    await pass(rig, 6000);
    await flushed(rig);
    expect(rig.exporter.spans).toHaveLength(6);
    expect(await rig.held()).toBe(6);
    request.query(byUser);
    request.end(22_000);
    expect(rig.findings.find(({ finding }) => finding.repeats === 7)).toBeDefined();
    expect(await rig.account()).toEqual({ ended: 8, accounted: 8, held: 0, exportedTwice: 0 });
  });

  test('is not let go as long as it does something, with an exporter or without', async () => {
    for (const exports of [true, false]) {
      const rig = aRig({ exports });
      const request = aRequest(rig, '/job');
      for (let minute = 0; minute < 15; minute++) {
        request.query(byUser);
        await pass(rig, 60_000);
      }
      request.end(900_000);
      expect(attributesOf(request)['spandrel.db.query_count']).toBe(15);
      expect(rig.processor.counts.unjudgedTraces).toEqual({});
    }
  });
});

describe('a trace that nobody ends', () => {
  test('is let go after ten quiet minutes and counted, its spans sent on', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/lost');
    request.queries(2, byUser);
    const straggler = request.child('straggler');
    await pass(rig, 615_000);
    expect(rig.processor.counts.unjudgedTraces).toEqual({ abandoned: 1 });
    expect(rig.processor.counts.unjudgedSpans).toEqual({ abandoned: 2 });
    straggler.end();
    expect(rig.processor.counts.unjudgedSpans).toEqual({ abandoned: 3 });
    request.end();
    expect(attributesOf(request)['spandrel.endpoint']).toBeUndefined();
    expect(rig.processor.counts.unjudgedTraces).toEqual({ abandoned: 1 });
    expect(await rig.account()).toEqual({ ended: 4, accounted: 4, held: 0, exportedTwice: 0 });
    expect(rig.processor.report().dropped).toMatchObject({ traces: 1, reasons: { abandoned: 1 } });
  });

  test('is sent on and counted at shutdown', async () => {
    const rig = aRig();
    aRequest(rig, '/open').queries(2, byUser);
    await rig.processor.shutdown();
    expect(rig.exporter.spans).toHaveLength(2);
    expect(rig.processor.counts.unjudgedTraces).toEqual({ abandoned: 1 });
    expect(await rig.held()).toBe(0);
  });
});

test('a root whose start was not seen is sent on unjudged, and its children too', async () => {
  const rig = aRig({ seenAs: endsOnly });
  const request = aRequest(rig, '/early');
  request.query(byUser);
  request.end();
  expect(attributesOf(request)['spandrel.endpoint']).toBeUndefined();
  expect(rig.processor.counts.unjudgedTraces).toEqual({ no_open_trace: 1 });
  expect(rig.processor.counts.unjudgedSpans).toEqual({ no_open_trace: 1 });
  expect(await rig.account()).toEqual({ ended: 2, accounted: 2, held: 0, exportedTwice: 0 });
});

/** A processor that was added to the SDK while spans were open. */
function endsOnly(processor: Rig['processor']): never {
  return {
    onStart: () => undefined,
    onEnding: (span: never) => processor.onEnding(span),
    onEnd: (span: never) => processor.onEnd(span),
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  } as never;
}

describe('a client that sends the same traceparent for ever', () => {
  const parent = {
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }),
  };

  test('has each of its requests judged with its own spans, and held bytes come back', async () => {
    const rig = aRig({ maxSpansPerTrace: 50, maxHeldBytes: 100_000, callSites: false });
    let before = aRemoteRequest(rig, '/first', parent as never);
    for (let n = 0; n < 500; n++) {
      const next = aRemoteRequest(rig, '/again', parent as never);
      next.queries(6, byUser);
      before.end();
      before = next;
    }
    expect(rig.findings).toHaveLength(499);
    expect(rig.findings.at(-1)!.finding.repeats).toBe(6);
    before.end();
    expect(rig.processor.health()['spandrel.self.memory.estimated']).toMatchObject({ held: 0 });
    expect(await rig.account()).toEqual({
      ended: 3501,
      accounted: 3501,
      held: 0,
      exportedTwice: 0,
    });
  });

  test('has no more of them judged at once than a trace may have spans', async () => {
    const rig = aRig({ maxSpansPerTrace: 50 });
    const open = Array.from({ length: 80 }, () => aRemoteRequest(rig, '/at-once', parent as never));
    expect(rig.processor.counts.unjudgedTraces).toEqual({ max_open_traces: 30 });
    for (const request of open) request.end();
    expect(await rig.account()).toEqual({ ended: 80, accounted: 80, held: 0, exportedTwice: 0 });
  });
});

test('children that nobody ends share the room of held spans, and give it back with their trace', () => {
  const rig = aRig({ maxHeldSpans: 3 });
  const overflow = () => rig.processor.health()['spandrel.self.overflow'];
  for (let n = 0; n < 10; n++) {
    const request = aRequest(rig, '/leaks');
    request.child('handler');
    request.child('handler');
    request.end();
  }
  expect(overflow()).toEqual({});
  const open = [aRequest(rig, '/a'), aRequest(rig, '/b')];
  for (const request of open) for (let n = 0; n < 2; n++) request.child('handler');
  expect(overflow()).toEqual({ openChildren: 1 });
  for (const request of open) request.end();
  aRequest(rig, '/c').child('handler');
  expect(overflow()).toEqual({ openChildren: 1 });
});

test('a trace in which nothing ends for maxQuietMs is let go unjudged', async () => {
  const rig = aRig({ maxQuietMs: 3000 });
  const request = aRequest(rig, '/forgotten');
  request.query(byUser);
  await pass(rig, 8000);
  expect(rig.processor.counts.unjudgedTraces).toEqual({ abandoned: 1 });
  expect(await rig.account()).toEqual({ ended: 1, accounted: 1, held: 0, exportedTwice: 0 });
});
