import type { Instrumentation } from '@opentelemetry/instrumentation';
import { MongooseInstrumentation } from '@opentelemetry/instrumentation-mongoose';

export const create = (): Instrumentation => new MongooseInstrumentation();
