import { expect, test } from '@jest/globals';
import { names } from '@spandrel/engine';
import type { ResourceMetric } from '@spandrel/engine/otlp';
import { SelfReportedDrops } from '../../src/receiver/self-metrics.ts';

function dropped(
  reason: string,
  value: number,
  given: Partial<ResourceMetric> = {},
): ResourceMetric {
  return {
    service: 'api',
    instance: 'one',
    name: names.METRIC_SELF_SPANS_DROPPED,
    unit: '{span}',
    temporality: 'cumulative',
    points: [{ attributes: { reason }, value }],
    ...given,
  };
}

test('takes the last value of each process and reason and adds them up', () => {
  const drops = new SelfReportedDrops();
  drops.read([dropped('queue_full', 3), dropped('shutdown', 0)]);
  drops.read([dropped('queue_full', 5), dropped('queue_full', 2, { instance: 'two' })]);
  expect(drops.totals()).toEqual({ spans: 7, traces: 0, reasons: { queue_full: 7 } });
});

test('adds deltas', () => {
  const drops = new SelfReportedDrops();
  drops.read([dropped('queue_full', 3, { temporality: 'delta' })]);
  drops.read([dropped('queue_full', 5, { temporality: 'delta' })]);
  expect(drops.totals().spans).toBe(8);
});

test('keeps spans and traces apart, and counts a reason in spans where they are known', () => {
  const drops = new SelfReportedDrops();
  const name = names.METRIC_SELF_TRACES_DROPPED;
  drops.read([
    dropped('queue_full', 3),
    dropped('max_open_traces', 2, { name }),
    dropped('queue_full', 1, { name }),
  ]);
  expect(drops.totals()).toEqual({
    spans: 3,
    traces: 3,
    reasons: { queue_full: 3, max_open_traces: 2 },
  });
});

test('passes over other metrics', () => {
  const drops = new SelfReportedDrops();
  drops.read([dropped('x', 3, { name: 'spandrel.findings' })]);
  expect(drops.totals()).toEqual({ spans: 0, traces: 0, reasons: {} });
});
