import { createNoopMeter, metrics } from '@opentelemetry/api';
import type { Meter, MeterOptions, MeterProvider } from '@opentelemetry/api';
import { getStringListFromEnv } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { Late } from '../late.ts';
import { load } from '../load.cts';

/** How long a process that makes no trace goes on without its metrics, in milliseconds. */
const idleMs = 2000;

/**
 * The global meter provider of the short road. The metrics SDK is loaded when the first meter is
 * asked for: by the application, or by the processor with the first trace; or when the process
 * turns out to stay. Instrumentations that are made before that get their meters then.
 */
export class LateMetrics implements MeterProvider {
  readonly provider: Late<SdkMeterProvider>;
  #isQuiet = false;

  constructor(resource: Late<Resource>) {
    this.provider = new Late('metrics', () =>
      load<typeof import('./metrics.ts')>('roads/metrics').meterProvider(resource.now),
    );
    setTimeout(() => this.provider.nowOrNever, idleMs).unref();
  }

  getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    if (this.#isQuiet && this.provider.made === undefined) return createNoopMeter();
    const provider = this.provider.nowOrNever;
    return provider?.getMeter(name, version, options) ?? createNoopMeter();
  }

  /** Whoever asks for a meter within `make` gets one that does nothing, until the SDK is there. */
  quietly<T>(make: () => T): T {
    this.#isQuiet = true;
    try {
      return make();
    } finally {
      this.#isQuiet = false;
    }
  }

  async forceFlush(): Promise<void> {
    await this.provider.made?.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.provider.made?.shutdown();
  }
}

/** Null where `OTEL_METRICS_EXPORTER` asks for none. */
export function registerLateMetrics(resource: Late<Resource>): LateMetrics | null {
  const kinds = getStringListFromEnv('OTEL_METRICS_EXPORTER') ?? [];
  if (kinds.includes('none')) return null;
  const late = new LateMetrics(resource);
  metrics.setGlobalMeterProvider(late);
  // A page that others fetch has to be there from the start.
  if (kinds.includes('prometheus')) late.getMeter('@spandrel/bootstrap');
  return late;
}
