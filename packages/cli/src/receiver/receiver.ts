import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ResourceMetric, ResourceSpans } from '@spandrel/engine/otlp';
import {
  decodeMetrics,
  decodeMetricsJson,
  decodeTraces,
  decodeTracesJson,
  OtlpDecodeError,
} from '@spandrel/engine/otlp';
import { decompress, readBody, RefusedRequest } from './body.ts';

/** An accepted request as it came over the wire, compressed or not. */
export interface OtlpRequest {
  readonly path: string;
  readonly contentType: string;
  readonly contentEncoding: string | undefined;
  readonly body: Buffer;
}

/** Called in the order in which requests arrive; what they throw goes to the sender as 500. */
export interface ReceiverEvents {
  traces(resources: readonly ResourceSpans[]): void;
  metrics(metrics: readonly ResourceMetric[]): void;
  accepted(request: OtlpRequest): void;
  /** A request with telemetry that was not taken; `reason` is a short name for counting. */
  refused(reason: string, message: string): void;
}

export interface ReceiverLimits {
  /** Of a body as sent, and again of what it inflates to. */
  readonly maxBodyBytes: number;
  /** A request that is not complete after this long is ended. */
  readonly requestTimeoutMs: number;
  readonly maxConnections: number;
}

export const receiverLimits: ReceiverLimits = Object.freeze({
  maxBodyBytes: 16 * 1024 * 1024,
  requestTimeoutMs: 10_000,
  maxConnections: 64,
});

export interface Receiver {
  /** Base address for OTEL_EXPORTER_OTLP_ENDPOINT, such as `http://127.0.0.1:4318`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * An OTLP/HTTP receiver on 127.0.0.1: traces, metrics and logs (accepted, not read), protobuf and
 * JSON, gzip. Port 0 takes a free one. Rejects with the system's error when it cannot listen.
 */
export async function startReceiver(
  port: number,
  events: ReceiverEvents,
  limits: ReceiverLimits = receiverLimits,
): Promise<Receiver> {
  const server = createServer({
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, limits.requestTimeoutMs),
  });
  server.maxConnections = limits.maxConnections;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void answer(request, response, events, limits);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => close(server) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  events: ReceiverEvents,
  limits: ReceiverLimits,
): Promise<void> {
  try {
    const path = pathOf(request);
    const isJson = readsJson(request);
    const body = await readBody(request, limits.maxBodyBytes);
    const contentEncoding = request.headers['content-encoding'];
    const content = await decompress(body, contentEncoding, limits.maxBodyBytes);
    const deliver = decoded(path, content, isJson, events);
    deliver();
    const contentType = request.headers['content-type'] ?? '';
    events.accepted({ path, contentType, contentEncoding, body });
    // An empty response message: nothing in it, or an empty object.
    response.writeHead(200, { 'content-type': contentType }).end(isJson ? '{}' : '');
  } catch (error) {
    refuse(response, error, events);
  }
}

/** Reads everything before anything is delivered, so that a refused request leaves no trace. */
function decoded(path: string, content: Uint8Array, isJson: boolean, events: ReceiverEvents) {
  try {
    const json: unknown = isJson ? JSON.parse(new TextDecoder().decode(content)) : undefined;
    if (path === '/v1/traces') {
      const resources = isJson ? decodeTracesJson(json) : decodeTraces(content);
      return () => events.traces(resources);
    }
    if (path === '/v1/metrics') {
      const metrics = isJson ? decodeMetricsJson(json) : decodeMetrics(content);
      return () => events.metrics(metrics);
    }
    return () => {};
  } catch (error) {
    if (!(error instanceof OtlpDecodeError) && !(error instanceof SyntaxError)) throw error;
    const message = `${content.length} bytes for ${path} are not OTLP: ${error.message}`;
    throw new RefusedRequest(400, 'malformed_request', message);
  }
}

const paths = ['/v1/traces', '/v1/metrics', '/v1/logs'];

function pathOf(request: IncomingMessage): string {
  const path = (request.url ?? '').split('?')[0]!;
  if (!paths.includes(path)) throw new RefusedRequest(404, '', `try ${paths.join(', ')}`);
  if (request.method !== 'POST') throw new RefusedRequest(405, '', 'only POST');
  return path;
}

function readsJson(request: IncomingMessage): boolean {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === 'application/json') return true;
  if (type === 'application/x-protobuf') return false;
  const message = `content-type ${type || '(none)'} is not application/x-protobuf or application/json`;
  throw new RefusedRequest(415, 'unsupported_media_type', message);
}

function refuse(response: ServerResponse, error: unknown, events: ReceiverEvents): void {
  const { status, reason, message } =
    error instanceof RefusedRequest
      ? error
      : { status: 500, reason: 'receiver_error', message: String(error) };
  if (reason !== '') events.refused(reason, message);
  if (response.headersSent || response.destroyed) return;
  const allow = status === 405 ? { allow: 'POST' } : {};
  // The rest of a body that is not wanted is not read: the connection ends with the answer.
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close', ...allow });
  response.end(`${message}\n`);
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
