import { context, diag, DiagConsoleLogger, propagation, trace } from '@opentelemetry/api';
import { ContextManager } from '../context-manager.ts';
import { diagLogLevelFromString, getStringFromEnv } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import type { Arrival, Departure } from '../begin.ts';
import { Late } from '../late.ts';
import { load } from '../load.cts';
import { registerLateLogs } from './late-logs.ts';
import { registerLateMetrics } from './late-metrics.ts';
import { LateTraces } from './late-traces.ts';
import { propagatorFromEnv } from './propagators.ts';

/**
 * The preload's road: registers what the whole Node SDK would register for the `OTEL_*` variables,
 * and loads it when somebody uses it: the SDK, our processor and the resource with the first span,
 * metrics with the first meter, logs with the first record. Throws when the API refuses, as it does
 * where a copy of another version has registered something before.
 *
 * A conformance test drives both roads with every variable we claim.
 */
export function shortRoad({ processor, serviceName }: Departure): Arrival {
  const logLevel = getStringFromEnv('OTEL_LOG_LEVEL');
  if (logLevel !== undefined) {
    diag.setLogger(new DiagConsoleLogger(), { logLevel: diagLogLevelFromString(logLevel) });
  }
  const resource = new Late<Resource>('resource', () =>
    load<typeof import('./resource.ts')>('roads/resource').resourceFromEnv(serviceName),
  );
  const provider = new Late<TracerProvider>('spans', () =>
    load<typeof import('./traces.ts')>('roads/traces').tracerProvider(resource.now, processor.now),
  );
  const traces = new LateTraces(provider);
  if (!trace.setGlobalTracerProvider(traces)) throw new Error(refusal());
  context.setGlobalContextManager(new ContextManager().enable());
  const propagator = propagatorFromEnv();
  if (propagator !== null) propagation.setGlobalPropagator(propagator);
  const metrics = registerLateMetrics(resource);
  const logs = registerLateLogs(resource);
  const others = [metrics, logs].filter((signal) => signal !== null);
  return {
    lateTraces: provider,
    lateMetrics: metrics,
    flushMetrics: async () => {
      await Promise.allSettled(others.map((signal) => signal.forceFlush()));
    },
    shutdown: async () => {
      await Promise.allSettled([traces, ...others].map((signal) => signal.shutdown()));
    },
  };
}

function refusal(): string {
  const globals = globalThis as unknown as Record<symbol, { version?: string } | undefined>;
  const version = globals[Symbol.for('opentelemetry.js.api.1')]?.version ?? 'unknown';
  return `@opentelemetry/api ${version} was registered before, and does not take another version's SDK`;
}
