import type { Meter, ObservableResult } from '@opentelemetry/api';
import { names } from '@spandrel/engine';
import type { LoadShedding } from './load-shedding.ts';
import type { OwnTime } from './own-time.ts';
import type { SelfCounts } from './self-counts.ts';

/** The parts of a running processor that can be asked how they are. */
export interface Self {
  readonly counts: SelfCounts;
  readonly time: OwnTime;
  readonly shedding: LoadShedding;
  openTraces(): number;
  heldSpans(): number;
  heldBytes(): number;
  spansSentEarly(): number;
  /** Spans that wait for their batch, and those of the batch under way. */
  waitingSpans(): { queued: number; underWay: number };
  statisticsBytes(): number;
  /** What did not fit, by cap. */
  overflow(): Readonly<Record<string, number>>;
}

/** A number, or one for each value of an attribute. */
export type Reading = number | Readonly<Record<string, number>>;

interface SelfMetric {
  readonly name: string;
  /** `counter` only grows; `level` goes up and down and adds up over processes; `gauge` does not. */
  readonly kind: 'counter' | 'level' | 'gauge';
  readonly unit: string;
  /** Whose values tell the numbers apart; undefined where there is one number. */
  readonly by?: string;
  readonly doc: string;
  readonly read: (self: Self) => Reading;
}

/** All that is read when metrics are collected, so that it costs nothing where spans end. */
export const selfMetrics: readonly SelfMetric[] = [
  {
    name: names.METRIC_SELF_SPANS_EXPORTED,
    kind: 'counter',
    unit: '{span}',
    doc: 'Spans handed to the exporter and accepted.',
    read: ({ counts }) => counts.exportedSpans,
  },
  {
    name: names.METRIC_SELF_SPANS_DROPPED,
    kind: 'counter',
    unit: '{span}',
    by: 'reason',
    doc: 'Spans that never left the process.',
    read: ({ counts }) => counts.droppedSpans,
  },
  {
    name: names.METRIC_SELF_SPANS_JUDGED,
    kind: 'counter',
    unit: '{span}',
    doc: 'Spans that were part of a verdict.',
    read: ({ counts }) => counts.judgedSpans,
  },
  {
    name: names.METRIC_SELF_SPANS_UNJUDGED,
    kind: 'counter',
    unit: '{span}',
    by: 'reason',
    doc: 'Spans exported without a verdict.',
    read: ({ counts }) => counts.unjudgedSpans,
  },
  {
    name: names.METRIC_SELF_SPANS_HELD,
    kind: 'level',
    unit: '{span}',
    doc: 'Spans held until their trace is judged.',
    read: (self) => self.heldSpans(),
  },
  {
    name: names.METRIC_SELF_SPANS_SENT_EARLY,
    kind: 'level',
    unit: '{span}',
    doc: 'Of the held ones those that have been sent on, and wait for the verdict only.',
    read: (self) => self.spansSentEarly(),
  },
  {
    name: names.METRIC_SELF_SPANS_QUEUED,
    kind: 'level',
    unit: '{span}',
    doc: 'Spans that wait for their batch, or are in the batch under way.',
    read: (self) => {
      const { queued, underWay } = self.waitingSpans();
      return queued + underWay;
    },
  },
  {
    name: names.METRIC_SELF_TRACES_JUDGED,
    kind: 'counter',
    unit: '{trace}',
    doc: 'Local roots that were judged.',
    read: ({ counts }) => counts.judgedTraces,
  },
  {
    name: names.METRIC_SELF_TRACES_DROPPED,
    kind: 'counter',
    unit: '{trace}',
    by: 'reason',
    doc: 'Traces that were not judged.',
    read: ({ counts }) => counts.unjudgedTraces,
  },
  {
    name: names.METRIC_SELF_TRACES_OPEN,
    kind: 'level',
    unit: '{trace}',
    doc: 'Traces whose local root has not ended.',
    read: (self) => self.openTraces(),
  },
  {
    name: names.METRIC_SELF_EXPORT_FAILURES,
    kind: 'counter',
    unit: '{batch}',
    by: 'reason',
    doc: 'Batches that the exporter did not take.',
    read: ({ counts }) => counts.failedExports,
  },
  {
    name: names.METRIC_SELF_TIME_SPENT,
    kind: 'counter',
    unit: 's',
    by: 'part',
    doc: 'Time in our callbacks: `start` and `end` of spans (by sample), `judge`, `sweep`, and `export` as far as it blocks.',
    read: ({ time }) => inSeconds(time.spentMs),
  },
  {
    name: names.METRIC_SELF_TIME_LONGEST,
    kind: 'gauge',
    unit: 's',
    by: 'part',
    doc: 'The longest of those callbacks since the start: the longest pauses that we caused.',
    read: ({ time }) => inSeconds(time.longestMs),
  },
  {
    name: names.METRIC_SELF_MEMORY_ESTIMATED,
    kind: 'level',
    unit: 'By',
    by: 'part',
    doc: 'Memory of `held` spans and of `statistics`, about.',
    read: (self) => ({ held: self.heldBytes(), statistics: self.statisticsBytes() }),
  },
  {
    name: names.METRIC_SELF_SHED_LEVEL,
    kind: 'gauge',
    unit: '1',
    doc: 'What is shed: 0 nothing, 1 call sites, 2 nine traces in ten, 3 all judging.',
    read: ({ shedding }) => shedding.level,
  },
  {
    name: names.METRIC_SELF_SHED_CHANGES,
    kind: 'counter',
    unit: '{step}',
    by: 'direction',
    doc: 'Steps of work `shed` and `restored`.',
    read: ({ shedding }) => shedding.changes,
  },
  {
    name: names.METRIC_SELF_OVERFLOW,
    kind: 'counter',
    unit: '1',
    by: 'cap',
    doc: 'What did not fit, by the cap that it met.',
    read: (self) => self.overflow(),
  },
  {
    name: names.METRIC_SELF_CONTEXT_IGNORED,
    kind: 'counter',
    unit: '{call}',
    doc: 'Calls of `setUser` and the like outside of a request, or with what is no attribute.',
    read: ({ counts }) => counts.contextIgnored,
  },
];

/** All of them now, by name. */
export function readSelf(self: Self): Record<string, Reading> {
  return Object.fromEntries(selfMetrics.map(({ name, read }) => [name, read(self)]));
}

export function observeSelf(meter: Meter, self: Self): void {
  for (const { name, kind, unit, by, doc, read } of selfMetrics) {
    const words = { description: doc, unit };
    const instrument =
      kind === 'counter'
        ? meter.createObservableCounter(name, words)
        : kind === 'level'
          ? meter.createObservableUpDownCounter(name, words)
          : meter.createObservableGauge(name, words);
    instrument.addCallback((result) => report(result, by, read(self)));
  }
}

/** One series for each value; none for what never happened. */
function report(result: ObservableResult, by: string | undefined, reading: Reading): void {
  if (typeof reading === 'number') return result.observe(reading);
  for (const [value, count] of Object.entries(reading)) {
    result.observe(count, by === undefined ? {} : { [by]: value });
  }
}

function inSeconds(byPart: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(byPart).map(([part, ms]) => [part, ms / 1000]));
}
