import type { Instrumentation } from '@opentelemetry/instrumentation';
import { GraphQLInstrumentation } from '@opentelemetry/instrumentation-graphql';

/** Fields that are only read from their object get no span of their own: there is one per value. */
export const create = (): Instrumentation =>
  new GraphQLInstrumentation({ ignoreTrivialResolveSpans: true });
