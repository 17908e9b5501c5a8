import type { HttpRequestCustomAttributeFunction } from '@opentelemetry/instrumentation-http';
import { noteRequestId } from '@spandrel/processor';

/** Notes what an incoming request's header calls it; it goes to logs that ask, and on no span. */
export function requestIdHook(header: string): HttpRequestCustomAttributeFunction {
  const name = header.toLowerCase();
  return (span, request) => {
    // Outgoing ones have no such field.
    if ('headers' in request) noteRequestId(span, request.headers[name]);
  };
}
