import type * as http from 'node:http';
import type { Socket } from 'node:net';
import type { Destination } from './destination.ts';
import { isInHaste, pause, underWay } from './haste.ts';

/** What is known of the newest request. */
export type Fate =
  /** The receiver cannot have all of it. */
  | { readonly is: 'unsent' }
  /** All of it is on the wire, and nothing came back; `fd` is its connection, where that can be read. */
  | { readonly is: 'unanswered'; readonly fd: number | undefined }
  | { readonly is: 'accepted' };

export interface HttpTransport {
  /** Settles with the body of a 2xx answer; rejects with what went wrong. */
  send(body: Uint8Array): Promise<Buffer>;
  fate(): Fate;
  /** Closes its connections. */
  close(): void;
}

const userAgent = 'Spandrel OTel-OTLP-Exporter-JavaScript';
const maxAnswerBytes = 4 * 1024 * 1024;
const maxRetries = 5;
const unsent: Fate = { is: 'unsent' };

/**
 * OTLP over HTTP as OpenTelemetry's own transport does it (answers 429, 502, 503, 504 and lost
 * connections are tried again, with growing pauses, within the destination's time limit), with two
 * differences: neither its connections nor its timers keep the process alive, and it knows what has
 * become of the request that the end of the process cuts off.
 */
export function httpTransport(destination: Destination): HttpTransport {
  const headers = headersOf(destination);
  let client: Client | undefined;
  let newest: Attempt | undefined;

  const post = (body: Uint8Array, timeoutMs: number): Promise<Buffer> => {
    newest = new Attempt();
    const { request, agent } = (client ??= clientOf(destination));
    const options = { method: 'POST', headers, agent };
    return newest.run(request(new URL(destination.url), options), body, timeoutMs);
  };

  return {
    async send(body) {
      const endMs = Date.now() + destination.timeoutMs;
      newest = undefined;
      const packed = destination.compression === 'gzip' ? await gzipped(body) : body;
      for (let attempt = 0; ; attempt++) {
        try {
          return await post(packed, endMs - Date.now());
        } catch (error) {
          const pauseMs = pauseAfter(error, attempt);
          const isInTime = pauseMs !== null && Date.now() + pauseMs < endMs;
          if (!isInTime || isInHaste() || attempt === maxRetries) throw error;
          await pause(pauseMs);
        }
      }
    },
    fate: () => newest?.fate ?? unsent,
    close: () => client?.agent.destroy(),
  };
}

/** One request and what is known of it. */
class Attempt {
  #request: http.ClientRequest | undefined;
  #status: number | undefined;
  #hasFailed = false;

  get fate(): Fate {
    if (this.#hasFailed || this.#request === undefined) return unsent;
    if (this.#status !== undefined) return isGood(this.#status) ? { is: 'accepted' } : unsent;
    const { writableFinished, socket } = this.#request;
    if (!writableFinished || socket === null || socket.writableLength > 0) return unsent;
    return { is: 'unanswered', fd: fdOf(socket) };
  }

  run(request: http.ClientRequest, body: Uint8Array, timeoutMs: number): Promise<Buffer> {
    this.#request = request;
    return new Promise<Buffer>((resolve, reject) => {
      const fail = (error: unknown): void => {
        settled();
        this.#hasFailed = true;
        reject(error);
        request.destroy();
      };
      const timer = setTimeout(() => fail(new Error('no answer in time')), timeoutMs).unref();
      const unlist = underWay(fail);
      const settled = (): void => {
        clearTimeout(timer);
        unlist();
      };
      request.on('socket', (socket) => socket.unref());
      request.on('error', fail);
      request.on('response', (response) => {
        this.#status = response.statusCode ?? 0;
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maxAnswerBytes) fail(new Error('an answer of more than 4 MB'));
          chunks.push(chunk);
        });
        response.on('error', fail);
        response.on('end', () => {
          settled();
          if (isGood(response.statusCode)) resolve(Buffer.concat(chunks));
          else reject(new Refusal(response));
        });
      });
      request.end(body);
    });
  }
}

/** An answer that is not 2xx. */
class Refusal extends Error {
  readonly status: number;
  readonly retryAfter: string | undefined;

  constructor({ statusCode, statusMessage, headers }: http.IncomingMessage) {
    super(`HTTP ${statusCode} ${statusMessage}`);
    this.status = statusCode ?? 0;
    this.retryAfter = headers['retry-after'];
  }
}

const lostConnection = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

/** How long to wait before the next attempt, in milliseconds; null when there is none to make. */
function pauseAfter(error: unknown, attempt: number): number | null {
  const growing = Math.min(1000 * 1.5 ** attempt * (0.8 + Math.random() * 0.4), 5000);
  if (!(error instanceof Refusal)) {
    return lostConnection.has((error as { code?: string }).code ?? '') ? growing : null;
  }
  if (![429, 502, 503, 504].includes(error.status)) return null;
  return askedPause(error.retryAfter) ?? growing;
}

/** A `Retry-After` in seconds or as a date. */
function askedPause(given: string | undefined): number | null {
  if (given === undefined) return null;
  const pauseMs = /^\d+$/.test(given) ? Number(given) * 1000 : Date.parse(given) - Date.now();
  return Number.isFinite(pauseMs) ? Math.max(pauseMs, 0) : null;
}

interface Client {
  readonly request: typeof http.request;
  readonly agent: http.Agent;
}

/** Node's modules are taken at the first request, and past every hook: starting does not pay for them. */
function clientOf({ url, tls }: Destination): Client {
  if (!url.startsWith('https:')) {
    const { Agent, request } = process.getBuiltinModule('node:http');
    return { request, agent: new Agent({ keepAlive: true }) };
  }
  const { Agent, request } = process.getBuiltinModule('node:https');
  return { request, agent: new Agent({ keepAlive: true, ...tls }) };
}

function gzipped(body: Uint8Array): Promise<Buffer> {
  const { gzip } = process.getBuiltinModule('node:zlib');
  return new Promise((resolve, reject) => {
    gzip(body, (error, packed) => (error === null ? resolve(packed) : reject(error)));
  });
}

/** The headers of one request of this destination, the body's own kind among them. */
export function headersOf(destination: Destination): Record<string, string> {
  return {
    ...destination.headers,
    'User-Agent': userAgent,
    'Content-Type': contentTypeOf(destination),
    ...(destination.compression === 'gzip' ? { 'Content-Encoding': 'gzip' } : {}),
  };
}

/** Of a message; gRPC wraps the same bytes as protobuf over HTTP. */
export function contentTypeOf({ protocol }: Destination): string {
  return protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
}

function isGood(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** Of a plain TCP connection on systems that number them; what TLS has read is not in the socket. */
function fdOf(socket: Socket): number | undefined {
  const { encrypted, _handle } = socket as Socket & {
    encrypted?: boolean;
    _handle?: { fd?: number } | null;
  };
  const fd = encrypted === true ? undefined : _handle?.fd;
  return fd !== undefined && fd >= 0 ? fd : undefined;
}
