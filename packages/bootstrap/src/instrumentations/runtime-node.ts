import type { Instrumentation } from '@opentelemetry/instrumentation';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';

/** Metrics of the event loop, the heap and garbage collection. */
export const create = (): Instrumentation => new RuntimeNodeInstrumentation();
