import type { Instrumentation } from '@opentelemetry/instrumentation';
import { MySQL2Instrumentation } from '@opentelemetry/instrumentation-mysql2';

/** Without masking, the values of parameters stand in the statement's text. */
export const create = (): Instrumentation => new MySQL2Instrumentation({ maskStatement: true });
