import { describe, expect, test } from '@jest/globals';
import { LoadShedding } from '../src/load-shedding.ts';
import type { Load } from '../src/load-shedding.ts';

/** A second of load: how much of it the thread was busy, and how much of that was ours. */
interface Second {
  readonly busyMs?: number;
  readonly ownMs?: number;
  readonly judgeMs?: number;
  readonly refused?: number;
  readonly heldShare?: number;
}

const heavy: Second = { busyMs: 900, ownMs: 400 };
const light: Second = { busyMs: 900, ownMs: 40 };

/** The breaker with a limit of 25 %, told of one second after the other. */
function aBreaker(maxOverheadPercent = 25) {
  const said: string[] = [];
  const breaker = new LoadShedding(maxOverheadPercent, (why) => said.push(why));
  let load: Load = { atMs: 0, ownMs: 0, judgeMs: 0, busyMs: 0, refusedSpans: 0, heldShare: 0 };
  const pass = (
    seconds: number,
    { busyMs = 0, ownMs = 0, judgeMs = 0, refused = 0, heldShare = 0 }: Second,
  ) => {
    const levels: number[] = [];
    for (let second = 0; second < seconds; second++) {
      load = {
        atMs: load.atMs + 1000,
        ownMs: load.ownMs + ownMs,
        judgeMs: load.judgeMs + judgeMs,
        busyMs: load.busyMs + busyMs,
        refusedSpans: load.refusedSpans + refused,
        heldShare,
      };
      breaker.observe(load);
      levels.push(breaker.level);
    }
    return levels;
  };
  pass(9, light);
  return { breaker, said, pass };
}

describe('our share of the time', () => {
  test('of the first ten seconds is no trouble', () => {
    const breaker = new LoadShedding(25, () => undefined);
    const at = (second: number, ownMs: number): Load => ({
      atMs: 1000 * second,
      ownMs,
      judgeMs: ownMs,
      busyMs: ownMs,
      refusedSpans: 0,
      heldShare: 0,
    });
    for (let second = 1; second <= 10; second++) breaker.observe(at(second, 900 * second));
    for (let second = 11; second <= 60; second++) breaker.observe(at(second, 9000));
    expect(breaker.changes.shed).toBe(0);
  });

  test('above the limit sheds one step more every three seconds', () => {
    const { pass } = aBreaker();
    expect(pass(12, heavy)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  test('at the limit sheds nothing', () => {
    const { pass, said } = aBreaker();
    expect(pass(60, { busyMs: 900, ownMs: 225 }).at(-1)).toBe(0);
    expect(said).toEqual([]);
  });

  test('of a thread that has next to nothing to do is no trouble, however great', () => {
    const { pass } = aBreaker();
    expect(pass(60, { busyMs: 45, ownMs: 45 }).at(-1)).toBe(0);
  });

  test('is not told by a thread that does not know how busy it is', () => {
    const { pass } = aBreaker();
    expect(pass(60, { busyMs: 0, ownMs: 900 }).at(-1)).toBe(0);
  });

  test('of one bad second in a good window is no trouble', () => {
    const { pass } = aBreaker();
    pass(9, light);
    expect(pass(1, { busyMs: 1000, ownMs: 1000 })).toEqual([0]);
  });

  test('never sheds at a limit of 100', () => {
    const { pass } = aBreaker(100);
    expect(pass(60, { busyMs: 1000, ownMs: 1000 }).at(-1)).toBe(0);
  });

  test('from before a long sleep says nothing', () => {
    const { breaker, pass } = aBreaker();
    pass(3, heavy);
    breaker.observe({
      atMs: 100_000,
      ownMs: 90_000,
      judgeMs: 0,
      busyMs: 95_000,
      refusedSpans: 0,
      heldShare: 0,
    });
    expect(breaker.level).toBe(0);
  });
});

describe('coming back', () => {
  test('goes one step at a time, each after ten seconds under half the limit', () => {
    const { pass } = aBreaker();
    pass(10, heavy);
    const levels = pass(40, light);
    expect(levels.indexOf(2)).toBeGreaterThanOrEqual(9);
    expect(levels.indexOf(1) - levels.indexOf(2)).toBeGreaterThanOrEqual(10);
    expect(levels.indexOf(0) - levels.indexOf(1)).toBeGreaterThanOrEqual(10);
    expect(levels.at(-1)).toBe(0);
  });

  test('does not happen between half the limit and the limit', () => {
    const { pass } = aBreaker();
    pass(4, heavy);
    expect(pass(120, { busyMs: 900, ownMs: 150 }).at(-1)).toBe(1);
  });

  test('is not tried where the tenth that is judged tells that all would be too much', () => {
    const { breaker, pass } = aBreaker();
    pass(7, heavy);
    expect(breaker.level).toBe(2);
    expect(pass(300, { busyMs: 900, ownMs: 60, judgeMs: 40 }).at(-1)).toBe(2);
    expect(pass(60, { busyMs: 900, ownMs: 24, judgeMs: 4 }).at(-1)).toBe(0);
  });

  test('is tried ever less often where the load comes straight back, and at least every five minutes', () => {
    const { breaker, pass } = aBreaker();
    pass(10, heavy);
    const restored: number[] = [];
    for (let second = 0; second < 3600; second++) {
      const before = breaker.changes.restored;
      // Judged again, it costs as much as before.
      pass(1, breaker.level === 3 ? light : heavy);
      if (breaker.changes.restored > before) restored.push(second);
    }
    const waits = restored.slice(1).map((second, n) => second - restored[n]!);
    expect(waits[0]).toBeLessThan(30);
    expect(Math.max(...waits)).toBeLessThanOrEqual(305);
    expect(waits.at(-1)).toBeGreaterThan(250);
  });

  test('starts with a short wait again when all has been well for long', () => {
    const { breaker, pass } = aBreaker();
    for (let turn = 0; turn < 5; turn++) {
      pass(10, heavy);
      pass(100, light);
    }
    pass(2000, light);
    pass(15, heavy);
    expect(breaker.level).toBe(3);
    expect(pass(12, light)).toContain(2);
  });
});

describe('held spans', () => {
  test('that find no room shed work, whatever our share', () => {
    const { pass } = aBreaker();
    const levels = pass(35, { ...light, refused: 5, heldShare: 1 });
    expect(levels.slice(0, 10)).not.toContain(1);
    expect(levels.at(-1)).toBe(3);
  });

  test('that find no room for some seconds only shed nothing', () => {
    const { pass } = aBreaker();
    for (let burst = 0; burst < 20; burst++) {
      pass(8, { ...light, refused: 500, heldShare: 1 });
      expect(pass(1, light)).toEqual([0]);
    }
  });

  test('come back only with room', () => {
    const { pass } = aBreaker();
    pass(35, { ...light, refused: 5, heldShare: 1 });
    expect(pass(60, { ...light, heldShare: 0.9 }).at(-1)).toBe(3);
    expect(pass(60, { ...light, heldShare: 0.5 }).at(-1)).toBe(0);
  });
});

test('tells of trouble for as long as it sheds, and counts its steps', () => {
  const { breaker, said, pass } = aBreaker();
  pass(4, heavy);
  expect(said).toEqual(["44 % of the thread's time goes into judging"]);
  pass(60, light);
  expect(breaker.changes).toEqual({ shed: 1, restored: 1 });
  const { length } = said;
  pass(10, light);
  expect(said).toHaveLength(length);
});

test('at the second step one trace in ten is judged, at the third none', () => {
  const { breaker, pass } = aBreaker();
  const judged = () => Array.from({ length: 100 }, () => breaker.skipsTrace()).filter((is) => !is);
  expect(judged()).toHaveLength(100);
  pass(4, heavy);
  expect(judged()).toHaveLength(100);
  pass(3, heavy);
  expect(judged()).toHaveLength(10);
  pass(3, heavy);
  expect(judged()).toHaveLength(0);
});
