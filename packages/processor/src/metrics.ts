import { metrics as apiMetrics } from '@opentelemetry/api';
import type { Counter, Histogram, MeterProvider, ObservableResult } from '@opentelemetry/api';
import { names, otherEndpoints } from '@spandrel/engine';
import type { Verdict } from '@spandrel/engine';
import type { SelfCounts } from './self-counts.ts';

/** Numbers that are read when metrics are collected. */
export interface SelfGauges {
  openTraces(): number;
  heldSpans(): number;
}

interface Instruments {
  readonly duration: Histogram;
  readonly queries: Histogram;
  readonly findings: Counter;
}

/**
 * The processor's metrics, named in `@spandrel/engine`'s names. Instruments are made with
 * the first trace, because an SDK sets the global meter provider after it got its processors.
 * Self counts are observed, so they cost nothing where spans end. Endpoints beyond `maxEndpoints`
 * share one name, because every name is a series of its own.
 */
export class ProcessorMetrics {
  readonly #counts: SelfCounts;
  readonly #gauges: SelfGauges;
  readonly #maxEndpoints: number;
  readonly #endpoints = new Set<string>();
  #provider: MeterProvider | undefined;
  #instruments: Instruments | undefined;

  constructor(
    counts: SelfCounts,
    gauges: SelfGauges,
    maxEndpoints: number,
    provider?: MeterProvider,
  ) {
    this.#counts = counts;
    this.#gauges = gauges;
    this.#maxEndpoints = maxEndpoints;
    this.#provider = provider;
  }

  /** Makes the instruments. Calling it again does nothing. */
  begin(): Instruments {
    return (this.#instruments ??= this.#create());
  }

  record(verdict: Verdict): void {
    const { duration, queries, findings } = this.begin();
    const endpoint = this.#nameOf(verdict.endpoint);
    const attributes = { [names.ATTR_ENDPOINT]: endpoint };
    if (verdict.hasRoot) {
      duration.record(verdict.durationMs / 1000, attributes);
      queries.record(verdict.queryCount, attributes);
    }
    for (const { rule, severity } of verdict.findings) {
      findings.add(1, {
        [names.ATTR_FINDING_RULE]: rule,
        [names.ATTR_ENDPOINT]: endpoint,
        [names.ATTR_SEVERITY]: severity,
      });
    }
  }

  #nameOf(endpoint: string): string {
    if (this.#endpoints.has(endpoint)) return endpoint;
    if (this.#endpoints.size >= this.#maxEndpoints) return otherEndpoints;
    this.#endpoints.add(endpoint);
    return endpoint;
  }

  #create(): Instruments {
    const meter = (this.#provider ?? apiMetrics.getMeterProvider()).getMeter('@spandrel/processor');
    const observe = (name: string, description: string, read: () => Counted): void => {
      meter
        .createObservableCounter(name, { description, unit: unitOf(name) })
        .addCallback((result) => {
          report(result, read());
        });
    };
    observe(names.METRIC_SELF_SPANS_EXPORTED, 'Spans handed to the exporter and accepted.', () => ({
      '': this.#counts.exportedSpans,
    }));
    observe(names.METRIC_SELF_SPANS_DROPPED, 'Spans that never left the process.', () => ({
      ...this.#counts.droppedSpans,
    }));
    observe(names.METRIC_SELF_SPANS_UNJUDGED, 'Spans exported without a verdict.', () => ({
      ...this.#counts.unjudgedSpans,
    }));
    observe(names.METRIC_SELF_TRACES_DROPPED, 'Traces that were not judged.', () => ({
      ...this.#counts.unjudgedTraces,
    }));
    meter
      .createObservableUpDownCounter(names.METRIC_SELF_TRACES_OPEN, { unit: '{trace}' })
      .addCallback((result) => result.observe(this.#gauges.openTraces()));
    meter
      .createObservableUpDownCounter(names.METRIC_SELF_SPANS_HELD, { unit: '{span}' })
      .addCallback((result) => result.observe(this.#gauges.heldSpans()));
    return {
      duration: meter.createHistogram(names.METRIC_ENDPOINT_DURATION, {
        description: 'Duration of local roots by endpoint.',
        unit: 's',
      }),
      queries: meter.createHistogram(names.METRIC_ENDPOINT_QUERIES, {
        description: 'Database queries in one local root.',
        unit: '{query}',
        advice: { explicitBucketBoundaries: [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
      }),
      findings: meter.createCounter(names.METRIC_FINDINGS, {
        description: 'Findings by rule, endpoint and severity.',
        unit: '{finding}',
      }),
    };
  }
}

type Counted = Readonly<Record<string, number>>;

function unitOf(name: string): string {
  return name.includes('.traces.') ? '{trace}' : '{span}';
}

/** One series per reason; the empty reason is a plain total. */
function report(result: ObservableResult, counted: Counted): void {
  for (const [reason, value] of Object.entries(counted)) {
    result.observe(value, reason === '' ? {} : { reason });
  }
}
