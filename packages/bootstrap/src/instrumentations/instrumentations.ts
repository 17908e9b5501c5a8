import type { Instrumentation } from '@opentelemetry/instrumentation';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';

/** What is instrumented by default, and the modules whose `import` must be intercepted for it. */
export const instrumentedModules: readonly string[] = ['http', 'https', 'express', 'pg', 'pg-pool'];

/** Connect spans stay on: without them queries of a busy pool get another request's parent. */
export function defaultInstrumentations(): Instrumentation[] {
  return [new HttpInstrumentation(), new ExpressInstrumentation(), new PgInstrumentation()];
}
