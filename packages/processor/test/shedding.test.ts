import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { requestOfSpan } from '../src/request-context/finders.ts';
import { aRemoteRequest, aRequest, aRig } from './build.ts';
import type { Rig, RigConfig } from './build.ts';

const byUser = 'SELECT * FROM notes WHERE user_id = $1';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['Date', 'performance', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/**
 * A process in which each trace with a finding costs 50 ms of ours, which its listener takes: five
 * such traces a second cost a quarter of it.
 */
function aSlowRig(config: RigConfig = {}) {
  const thread = { nowMs: 0 };
  let findings = 0;
  const rig = aRig({
    stopwatch: { nowMs: () => thread.nowMs, busyMs: () => thread.nowMs },
    onFinding: () => {
      findings++;
      thread.nowMs += 50;
    },
    ...config,
  });
  const second = async (traces: number): Promise<void> => {
    const beganMs = thread.nowMs;
    for (let n = 0; n < traces; n++) request(rig);
    thread.nowMs = Math.max(thread.nowMs, beganMs + 1000);
    rig.clock.nowMs += 1000;
    await jest.advanceTimersByTimeAsync(1000);
  };
  const seconds = async (count: number, traces: number): Promise<void> => {
    for (let n = 0; n < count; n++) await second(traces);
  };
  const level = () => rig.processor.health()['spandrel.self.shed.level'];
  return { rig, seconds, level, findings: () => findings };
}

function request(rig: Rig, route = '/a'): void {
  const one = aRequest(rig, route);
  one.queries(6, byUser);
  one.end();
}

test('judging that takes too much of the time is shed in steps, said once, and comes back', async () => {
  const { rig, seconds, level, findings } = aSlowRig();
  await seconds(9, 1);
  await seconds(5, 10);
  expect(level()).toBe(1);
  await seconds(10, 10);
  expect(level()).toBe(2);
  let before = findings();
  await seconds(10, 10);
  expect(findings()).toBe(before + 10);
  await seconds(10, 120);
  expect(level()).toBe(3);
  before = findings();
  await seconds(5, 100);
  expect(findings()).toBe(before);
  expect(rig.troubles.filter((trouble) => trouble.includes('sheds work'))).toEqual([
    "50 % of the thread's time goes into judging; it sheds work until that is over (see maxOverheadPercent)",
  ]);
  await seconds(80, 0);
  expect(level()).toBe(0);
  request(rig);
  expect(findings()).toBe(before + 1);
});

test('what is shed is exported, safe and counted', async () => {
  const { rig, seconds } = aSlowRig();
  await seconds(9, 1);
  await seconds(15, 100);
  const { judgedTraces, judgedSpans } = rig.processor.counts;
  const secret = aRequest(rig, '/secret');
  const { traceId, spanId } = secret.span.spanContext();
  expect(requestOfSpan(traceId, spanId)?.root).toBe(secret.span);
  secret.query("SELECT * FROM users WHERE token = 'hunter2'");
  secret.end();
  await rig.processor.forceFlush();
  const [query] = rig.exporter.named('pg.query:SELECT shop').slice(-1);
  expect(query!.attributes['spandrel.unjudged']).toBe('shed');
  expect(query!.attributes['db.query.text']).toBe('SELECT * FROM users WHERE token = ?');
  const { unjudgedTraces, unjudgedSpans } = rig.processor.counts;
  expect(judgedTraces + unjudgedTraces.shed!).toBe(1510);
  expect(judgedSpans + unjudgedSpans.shed! + unjudgedTraces.shed!).toBe(1509 * 7 + 2);
  expect(await rig.account()).toEqual({
    ended: 1509 * 7 + 2,
    accounted: 1509 * 7 + 2,
    held: 0,
    exportedTwice: 0,
  });
});

test('a trace that is open when shedding begins is judged to its end', async () => {
  const { rig, seconds, level } = aSlowRig();
  await seconds(9, 1);
  const early = aRequest(rig, '/early');
  early.queries(3, byUser);
  await seconds(20, 100);
  expect(level()).toBe(3);
  const again = aRemoteRequest(rig, '/again', early.span);
  again.queries(2, byUser);
  again.end();
  early.queries(3, byUser);
  early.end();
  expect(rig.processor.statistics.endpoint('GET /early')?.calls).toBe(1);
  expect(rig.processor.statistics.endpoint('GET /again')?.calls).toBe(1);
});

test('a shed trace stays shed when it comes back', async () => {
  const { rig, seconds } = aSlowRig();
  await seconds(9, 1);
  await seconds(15, 100);
  const first = aRequest(rig, '/first');
  first.end();
  await seconds(80, 0);
  const second = aRemoteRequest(rig, '/second', first.span);
  second.end();
  expect(rig.processor.statistics.endpoint('GET /second')?.calls).toBe(1);
  expect(rig.processor.statistics.endpoint('GET /first')).toBeUndefined();
});

describe('the first step', () => {
  test('takes no stacks, and changes no finding', async () => {
    const { rig, seconds, level } = aSlowRig();
    await seconds(9, 1);
    await seconds(5, 10);
    expect(level()).toBe(1);
    await rig.processor.forceFlush();
    const { length } = rig.exporter.spans;
    request(rig, '/b');
    await rig.processor.forceFlush();
    const fresh = rig.exporter.spans.slice(length);
    expect(fresh.some(({ attributes }) => 'spandrel.found.n_plus_one_query' in attributes)).toBe(
      true,
    );
    expect(fresh.filter(({ attributes }) => 'code.file.path' in attributes)).toEqual([]);
  });
});

test('held spans without room shed whole traces in place of parts of them', async () => {
  const { rig, seconds, level } = aSlowRig({ maxHeldSpans: 4, onFinding: () => undefined });
  await seconds(22, 10);
  expect(level()).toBe(1);
  await seconds(22, 10);
  expect(level()).toBe(3);
  expect(rig.troubles.filter((trouble) => trouble.includes('sheds work'))).toHaveLength(1);
});

test('does not shed by default what the process has time for', async () => {
  const { seconds, level } = aSlowRig();
  await seconds(9, 1);
  await seconds(30, 4);
  expect(level()).toBe(0);
});
