import type { Instrumentation } from '@opentelemetry/instrumentation';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { hookPg } from './pg-hooks.ts';

/** Connect spans stay on: without them queries of a busy pool get another request's parent. */
export function create(): Instrumentation {
  const instrumentation = new PgInstrumentation();
  hookPg([instrumentation]);
  return instrumentation;
}
