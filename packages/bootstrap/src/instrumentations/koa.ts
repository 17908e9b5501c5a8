import type { Instrumentation } from '@opentelemetry/instrumentation';
import { KoaInstrumentation } from '@opentelemetry/instrumentation-koa';

export const create = (): Instrumentation => new KoaInstrumentation();
