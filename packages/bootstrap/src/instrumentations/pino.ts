import type { Instrumentation } from '@opentelemetry/instrumentation';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';

/** Trace ids go into the application's own log lines; the lines themselves stay where they are. */
export const create = (): Instrumentation => new PinoInstrumentation({ disableLogSending: true });
