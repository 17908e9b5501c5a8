import type { Instrumentation } from '@opentelemetry/instrumentation';
import { RouterInstrumentation } from '@opentelemetry/instrumentation-router';

export const create = (): Instrumentation => new RouterInstrumentation();
