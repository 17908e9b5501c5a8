import { describe, expect, jest, test } from '@jest/globals';
import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { Sampler } from '@opentelemetry/sdk-trace';
import { keepingSampler, resolveProcessorOptions } from '../src/index.ts';
import { aRig, OpenSpan } from './build.ts';
import type { RigConfig } from './build.ts';

const none = (): Sampler => new TraceIdRatioBasedSampler(0);
const loop = 'select name from attendees where meeting_id = $1';

/** Of a sampler that wants nothing; findings, errors and slow are kept unless said otherwise. */
function aKeeper(config: RigConfig = {}, sampler: Sampler = none()) {
  return aRig({
    keep: ['findings', 'errors', 'slow'],
    ...config,
    sampler: keepingSampler(sampler),
  });
}

type Rig = ReturnType<typeof aKeeper>;

function aRequest(rig: Rig, around: Context = ROOT_CONTEXT): OpenSpan {
  return new OpenSpan(rig, 'GET /a', { kind: 1 }, around);
}

async function sent(rig: Rig) {
  await rig.processor.forceFlush();
  return rig.exporter.spans.map(({ name, attributes }) => [name, attributes['spandrel.kept']]);
}

describe('a trace that the sampler left out', () => {
  test('is sent whole when it has a finding, and says why', async () => {
    const rig = aKeeper();
    const request = aRequest(rig);
    request.queries(6, loop);
    request.end();
    const spans = await sent(rig);
    expect(spans).toHaveLength(7);
    expect(spans.filter(([, kept]) => kept !== undefined)).toEqual([['GET /a', 'finding']]);
    expect(rig.processor.counts.exportedSpans).toBe(7);
  });

  test('is sent when the request failed', async () => {
    const rig = aKeeper();
    const failed = aRequest(rig);
    failed.span.setStatus({ code: 2 });
    failed.end();
    aRequest(rig).end(999);
    expect(await sent(rig)).toEqual([['GET /a', 'error']]);
  });

  test('is sent when it was slow', async () => {
    const rig = aKeeper({ keep: ['slow'] });
    aRequest(rig).end(1500);
    expect(await sent(rig)).toEqual([['GET /a', 'slow']]);
  });

  test('stays here when there is nothing about it, or what there is was not asked for', async () => {
    const rig = aKeeper({ keep: ['errors'] });
    const slow = aRequest(rig);
    slow.queries(6, loop);
    slow.end(5000);
    expect(await sent(rig)).toEqual([]);
    expect(rig.findings.length).toBeGreaterThan(0);
    expect(await rig.held()).toBe(0);
  });

  test.each([
    ['waits in whole for its end', none(), 0],
    ['would be sent in pieces if the sampler wanted it', new AlwaysOnSampler(), 6],
  ])('that takes long %s', async (_what, sampler, sentEarly) => {
    jest.useFakeTimers({ doNotFake: ['Date', 'performance', 'nextTick', 'queueMicrotask'] });
    try {
      const rig = aKeeper({ maxHoldMs: 100 }, sampler);
      const request = aRequest(rig);
      request.queries(6, loop);
      rig.clock.nowMs += 5000;
      await jest.advanceTimersByTimeAsync(1500);
      expect(await sent(rig)).toHaveLength(sentEarly);
      request.end();
      expect(await sent(rig)).toHaveLength(7);
    } finally {
      jest.useRealTimers();
    }
  });

  test('is followed by its late children', async () => {
    const rig = aKeeper();
    const request = aRequest(rig);
    request.queries(6, loop);
    const late = request.child('late');
    request.end();
    late.end();
    const names = (await sent(rig)).map(([name]) => name);
    expect(names).toContain('late');
  });

  test('carries "not sampled" to the services behind', () => {
    const rig = aKeeper();
    expect(aRequest(rig).span.spanContext().traceFlags).toBe(TraceFlags.NONE);
  });
});

describe('what the sampler wants', () => {
  test('is sent as ever, and not marked', async () => {
    const rig = aKeeper({}, new AlwaysOnSampler());
    const request = aRequest(rig);
    request.queries(6, loop);
    request.end();
    const spans = await sent(rig);
    expect(spans).toHaveLength(7);
    expect(spans.filter(([, kept]) => kept !== undefined)).toEqual([]);
  });
});

describe("others' decisions stay", () => {
  const remote = (traceFlags: TraceFlags): Context =>
    trace.setSpanContext(ROOT_CONTEXT, {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      traceFlags,
      isRemote: true,
    });

  test.each([
    ['a ratio of nothing', none()],
    ['a parent-based sampler', new ParentBasedSampler({ root: new AlwaysOnSampler() })],
  ])('a caller that did not sample is followed: %s', async (_what, sampler) => {
    const rig = aKeeper({}, sampler);
    const request = aRequest(rig, remote(TraceFlags.NONE));
    request.queries(6, loop);
    request.end();
    expect(await sent(rig)).toEqual([]);
    expect(rig.findings).toEqual([]);
  });

  test('below a caller that sampled, what is left out here may be kept', async () => {
    const rig = aKeeper();
    const request = aRequest(rig, remote(TraceFlags.SAMPLED));
    request.queries(6, loop);
    request.end();
    expect(await sent(rig)).toHaveLength(7);
  });

  test.each([[new AlwaysOffSampler()], [new ParentBasedSampler({ root: new AlwaysOffSampler() })]])(
    'off is off: %s',
    async (sampler) => {
      expect(keepingSampler(sampler)).toBe(sampler);
      const rig = aKeeper({}, sampler);
      aRequest(rig).end(5000);
      expect(await sent(rig)).toEqual([]);
    },
  );
});

test('without keep nothing of an unsampled trace leaves', async () => {
  const rig = aKeeper({ keep: [] });
  const request = aRequest(rig);
  request.queries(6, loop);
  request.end(5000);
  expect(await sent(rig)).toEqual([]);
});

test('what can be kept is checked', () => {
  expect(() => resolveProcessorOptions({ keep: ['finding'] as never })).toThrow(
    'keep must be a list of findings, errors and slow',
  );
});
