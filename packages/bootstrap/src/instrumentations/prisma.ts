import type { Instrumentation } from '@opentelemetry/instrumentation';
import { fromApplication, instrumentationOf } from './from-application.ts';

/** The application's own `@prisma/instrumentation`; without it, its driver makes the spans. */
export function create(): Instrumentation | undefined {
  const exported = fromApplication<Record<string, unknown>>('@prisma/instrumentation');
  return exported === undefined ? undefined : (instrumentationOf(exported) as Instrumentation);
}
