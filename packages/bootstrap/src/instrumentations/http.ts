import type { Instrumentation } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import type { ResolvedBootstrapOptions } from '../settings/options.ts';
import { requestIdHook } from './request-id.ts';

export const create = ({ requestIdHeader }: ResolvedBootstrapOptions): Instrumentation =>
  new HttpInstrumentation({ requestHook: requestIdHook(requestIdHeader) });
