import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const verdict = join(__dirname, 'soak/verdict.mjs');
const overflow = Object.fromEntries(
  [
    'maxEndpoints',
    'maxShapes',
    'maxCaches',
    'maxProblems',
    'maxFindingsPerTrace',
    'maxStatisticsBytes',
    'maxWatchedReads',
  ].map((cap) => [cap, 1]),
);

/** A processor with every cap full, that exported so many spans. */
function aHealth(exported: number, more: Record<string, unknown> = {}) {
  const parts = { judge: 0 };
  return {
    'spandrel.self.spans.exported': exported,
    'spandrel.self.spans.dropped': { queue_full: 10, export_failed: 5 },
    'spandrel.self.spans.held': 7,
    'spandrel.self.spans.sent_early': 4,
    'spandrel.self.spans.queued': 2,
    'spandrel.self.spans.unjudged': { max_held_spans: 1, max_spans_per_trace: 1, no_open_trace: 1 },
    'spandrel.self.traces.dropped': { max_open_traces: 1, abandoned: 1 },
    'spandrel.self.overflow': overflow,
    'spandrel.self.time.longest': parts,
    'spandrel.self.time.spent': parts,
    ...more,
  };
}

/** What the soak would say of heaps of so many MB, minute by minute, each with every span accounted for. */
function failuresOf(
  heapMb: readonly number[],
  { ended = 120, more = {} as Record<string, unknown> } = {},
): string[] {
  const pauses = { p99Ms: 1, maxMs: 2 };
  const measured = heapMb.map((megabytes, n) => ({
    minute: n + 1,
    heapBytes: megabytes * 1e6,
    pauses,
    without: pauses,
    spans: { started: 200, ended },
    made: { distinct: 100 },
    health: aHealth(100, more),
    cpuMs: 1,
    withoutCpuMs: 1,
  }));
  const stopped = {
    spans: { started: 130, ended: 125 },
    neverEnded: 5,
    findings: Object.fromEntries(Array.from({ length: 18 }, (_, n) => [`rule ${n}`, 1])),
    health: aHealth(110, {
      'spandrel.self.spans.held': 0,
      'spandrel.self.spans.sent_early': 0,
      'spandrel.self.spans.queued': 0,
    }),
  };
  const code = `
    const { judge } = await import(${JSON.stringify(verdict)});
    const { measured, stopped } = ${JSON.stringify({ measured, stopped })};
    console.log(JSON.stringify(judge(measured, stopped, 100).failures));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}

test('a heap that stays, or grows by less than 8 MB or a tenth, passes the soak', () => {
  expect(failuresOf([50, 52, 50])).toEqual([]);
  expect(failuresOf([50, 58])).toEqual([]);
  expect(failuresOf([200, 219])).toEqual([]);
});

test('a heap that grows by more does not', () => {
  expect(failuresOf([50, 55, 60])).toEqual(['heap from minute 1 to 3: 50.0 to 60.0 MB (20.0 %)']);
});

test('a span that is not accounted for fails the soak, in the minute in which it is missed', () => {
  expect(failuresOf([50, 50], { ended: 121 })).toEqual([
    'minute 1: 121 spans ended, 120 are accounted for',
    'minute 2: 121 spans ended, 120 are accounted for',
  ]);
});

test('a cap that nothing met proves nothing', () => {
  const more = { 'spandrel.self.overflow': { ...overflow, maxShapes: 0 } };
  expect(failuresOf([50, 50], { more })).toEqual(['every cap full and counted; not: maxShapes']);
});
