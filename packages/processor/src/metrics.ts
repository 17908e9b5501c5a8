import { metrics as apiMetrics } from '@opentelemetry/api';
import type { Counter, Histogram, MeterProvider } from '@opentelemetry/api';
import { names, otherEndpoints } from '@spandrel/engine';
import type { Verdict } from '@spandrel/engine';
import { observeSelf } from './self-metrics.ts';
import type { Self } from './self-metrics.ts';

interface Instruments {
  readonly duration: Histogram;
  readonly queries: Histogram;
  readonly findings: Counter;
  readonly exports: Histogram;
}

/**
 * The processor's metrics, named in `@spandrel/engine`'s names. Instruments are made with
 * the first trace, because an SDK sets the global meter provider after it got its processors.
 * Self counts are observed, so they cost nothing where spans end. Endpoints beyond `maxEndpoints`
 * share one name, because every name is a series of its own.
 */
export class ProcessorMetrics {
  readonly #self: Self;
  readonly #maxEndpoints: number;
  readonly #endpoints = new Set<string>();
  #provider: MeterProvider | undefined;
  #instruments: Instruments | undefined;

  constructor(self: Self, maxEndpoints: number, provider?: MeterProvider) {
    this.#self = self;
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

  recordExport(tookMs: number, failure: string | undefined): void {
    this.begin().exports.record(
      tookMs / 1000,
      failure === undefined ? {} : { 'error.type': failure },
    );
  }

  #nameOf(endpoint: string): string {
    if (this.#endpoints.has(endpoint)) return endpoint;
    if (this.#endpoints.size >= this.#maxEndpoints) return otherEndpoints;
    this.#endpoints.add(endpoint);
    return endpoint;
  }

  #create(): Instruments {
    const meter = (this.#provider ?? apiMetrics.getMeterProvider()).getMeter('@spandrel/processor');
    observeSelf(meter, this.#self);
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
      exports: meter.createHistogram(names.METRIC_SELF_EXPORT_DURATION, {
        description: 'Duration of exports of spans, until answered or given up.',
        unit: 's',
      }),
    };
  }
}
