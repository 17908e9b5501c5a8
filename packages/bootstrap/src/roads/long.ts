import { logs, metrics } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { Arrival, Departure } from '../begin.ts';
import { ContextManager } from '../context-manager.ts';
import { hookPg } from '../instrumentations/pg-hooks.ts';
import { resourceDetectors } from '../resource.ts';
import { views } from '../views.ts';
import { samplerFor } from './sampler.ts';

/** Only an SDK's provider can be flushed; the API's does nothing. */
interface Flushable {
  forceFlush?(): Promise<void>;
}

/** The road over the whole Node SDK, for people who bring their own configuration. */
export function nodeSdk(
  instrumentations: readonly Instrumentation[],
  metricReaders: readonly IMetricReader[] | undefined,
) {
  return ({ processor, serviceName }: Departure): Arrival => {
    hookPg(instrumentations);
    const sdk = new NodeSDK({
      serviceName,
      contextManager: new ContextManager(),
      spanProcessors: [processor.now as never],
      sampler: samplerFor(processor.now),
      instrumentations: [...instrumentations],
      views,
      ...(process.env['OTEL_NODE_RESOURCE_DETECTORS'] === undefined ? { resourceDetectors } : {}),
      ...(metricReaders === undefined ? {} : { metricReaders: [...metricReaders] }),
    });
    sdk.start();
    return {
      flushMetrics: async () => {
        const providers = [metrics.getMeterProvider(), logs.getLoggerProvider()] as Flushable[];
        await Promise.allSettled(providers.map((provider) => provider.forceFlush?.()));
      },
      shutdown: () => sdk.shutdown().catch(() => undefined),
    };
  };
}
