import type { Resource } from '@opentelemetry/resources';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { SpandrelProcessor } from '@spandrel/processor';
import { samplerFor } from './sampler.ts';
import { spanLimitsFromEnv } from './span-limits.ts';

/** The tracing SDK with our processor, sampler and limits as the variables say. */
export function tracerProvider(resource: Resource, processor: SpandrelProcessor): TracerProvider {
  return new TracerProvider({
    resource,
    sampler: samplerFor(processor),
    spanLimits: spanLimitsFromEnv(),
    spanProcessors: [processor as never],
  });
}
