import { FastifyOtelInstrumentation } from '@fastify/otel';
import type { Instrumentation } from '@opentelemetry/instrumentation';

/** One span per request, which has the route. Spans of hooks and handlers would say no more. */
export function create(): Instrumentation {
  return new FastifyOtelInstrumentation({
    registerOnInitialization: true,
    instrumentHooks: false,
    instrumentHandler: false,
  }) as unknown as Instrumentation;
}
