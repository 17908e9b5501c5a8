import type { Instrumentation } from '@opentelemetry/instrumentation';
import { KnexInstrumentation } from '@opentelemetry/instrumentation-knex';

export const create = (): Instrumentation => new KnexInstrumentation();
