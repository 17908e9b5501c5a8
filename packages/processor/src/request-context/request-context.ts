import { metrics } from '@opentelemetry/api';
import type { Attributes, AttributeValue, Meter } from '@opentelemetry/api';
import { endpointOf, names } from '@spandrel/engine';
import { SpanView } from '../span-view.ts';
import { activeRequest, countIgnored, requestOfSpan } from './finders.ts';
import { keptAttribute, keptRequestId } from './kept-values.ts';

/** The request in which it is asked for, for logs. */
export interface CurrentRequest {
  /** As the caller named it in its header, else the trace id. */
  readonly requestId: string;
  readonly traceId: string;
  /** As far as it is known by now: routers tell their route late. */
  readonly endpoint: string;
}

const mostAttributes = 128;

/**
 * Writes who the current request is for on its local root, as `user.id`. Nothing else about the user
 * leaves, and that only because it is said here. An id that is undefined or null, as for a visitor
 * who is not logged in, changes nothing. Never throws; outside a request it does nothing, and is
 * counted (`spandrel.self.context.ignored`).
 */
export function setUser(user: { readonly id: string | number | null | undefined }): void {
  write(() => [[names.ATTR_USER_ID, idOf(user.id)]]);
}

/** As `setUser`, for the customer or organisation, as `spandrel.tenant.id`. */
export function setTenant(id: string | number | null | undefined): void {
  write(() => [[names.ATTR_TENANT_ID, idOf(id)]]);
}

/**
 * Writes an attribute on the local root of the current request, where searches look for it, and not
 * on the span that happens to be active. It leaves as it is: of texts the first 1,000 characters, of
 * lists the first 100 entries. Never throws; what is no attribute value, and what is set outside a
 * request, is left out and counted.
 */
export function setAttribute(key: string, value: AttributeValue): void {
  write(() => [[key, value]]);
}

/** As `setAttribute`, for the first 128 of several. */
export function setAttributes(attributes: Attributes): void {
  write(() => Object.entries(attributes).slice(0, mostAttributes));
}

/** The request in which this is called; undefined outside of one. Never throws. */
export function currentRequest(): CurrentRequest | undefined {
  try {
    const request = activeRequest();
    if (request === undefined) return undefined;
    const { root, requestId } = request;
    const { traceId } = root.spanContext();
    const endpoint = endpointOf(new SpanView(root), []);
    return { requestId: requestId ?? traceId, traceId, endpoint };
  } catch {
    return undefined;
  }
}

/**
 * OpenTelemetry's own meter, for metrics of the application: they leave beside ours. Instruments are
 * to be made once, not in each request.
 */
export function meter(name = 'application'): Meter {
  return metrics.getMeter(name);
}

/**
 * For the request hook of an HTTP instrumentation: what the caller's header names the request.
 * Anything but 1 to 128 letters, digits and `._:/+=@-` is taken for none. Never throws.
 */
export function noteRequestId(
  span: { spanContext(): { traceId: string; spanId: string } },
  header: unknown,
): void {
  const requestId = keptRequestId(header);
  if (requestId === null) return;
  const { traceId, spanId } = span.spanContext();
  const request = requestOfSpan(traceId, spanId);
  if (request !== undefined) request.requestId = requestId;
}

/** What is given may throw when it is read. */
function write(read: () => readonly (readonly [string, unknown])[]): void {
  try {
    const request = activeRequest();
    if (request === undefined) return countIgnored();
    for (const [key, value] of read()) {
      if (value === undefined || value === null) continue;
      const kept = keptAttribute(key, value);
      if (kept === undefined) countIgnored();
      else request.root.setAttribute(key, kept as string);
    }
  } catch {
    countIgnored();
  }
}

function idOf(id: unknown): unknown {
  return typeof id === 'number' || typeof id === 'bigint' ? String(id) : id;
}
