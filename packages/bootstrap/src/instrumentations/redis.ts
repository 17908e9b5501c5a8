import type { Instrumentation } from '@opentelemetry/instrumentation';
import { RedisInstrumentation } from '@opentelemetry/instrumentation-redis';

export const create = (): Instrumentation => new RedisInstrumentation();
