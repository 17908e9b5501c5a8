import { request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { redactAddress } from '@spandrel/engine';

type Env = Readonly<Record<string, string | undefined>>;

export interface Target {
  readonly url: string;
  readonly protocol: 'http/protobuf' | 'http/json' | 'grpc';
  readonly headers: Readonly<Record<string, string>>;
  readonly isCompressed: boolean;
  /** Of the authority that signed the server's certificate; null for the usual ones. */
  readonly certificate: string | null;
}

export interface Answer {
  /** HTTP status; for gRPC its own, 0 for well. Null where nobody answered. */
  readonly status: number | null;
  /** Why nobody did, or what they said. */
  readonly message: string;
  readonly durationMs: number;
}

const longestMs = 5000;
const mostAnswerBytes = 300;

/** Where spans would go, as the OTLP variables say; null where they go nowhere by OTLP. */
export function otlpTarget(env: Env): Target | null {
  const value = (name: string): string | undefined =>
    env[`OTEL_EXPORTER_OTLP_TRACES_${name}`]?.trim() ||
    env[`OTEL_EXPORTER_OTLP_${name}`]?.trim() ||
    undefined;
  const exporter = env['OTEL_TRACES_EXPORTER']?.trim() || 'otlp';
  if (exporter !== 'otlp') return null;
  const protocol = (value('PROTOCOL') ?? 'http/protobuf') as Target['protocol'];
  return {
    url: urlOf(env, protocol),
    protocol,
    headers: {
      ...pairs(env['OTEL_EXPORTER_OTLP_HEADERS']),
      ...pairs(env['OTEL_EXPORTER_OTLP_TRACES_HEADERS']),
    },
    isCompressed: value('COMPRESSION') === 'gzip',
    certificate: value('CERTIFICATE') ?? null,
  };
}

function urlOf(env: Env, protocol: Target['protocol']): string {
  const own = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']?.trim();
  const base =
    own ||
    env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim() ||
    `http://localhost:${protocol === 'grpc' ? 4317 : 4318}`;
  if (protocol === 'grpc') return /^https?:/.test(base) ? base : `http://${base}`;
  return own ? own : `${base.replace(/\/+$/, '')}/v1/traces`;
}

function pairs(text: string | undefined): Record<string, string> {
  const entries = (text ?? '').split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 1
      ? []
      : [[pair.slice(0, at).trim().toLowerCase(), decoded(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Sends one empty export request, as the exporter would send spans. Takes 5 s at most; never rejects. */
export async function probe(target: Target): Promise<Answer> {
  const startMs = performance.now();
  const timed = (answer: Omit<Answer, 'durationMs'>): Answer => ({
    ...answer,
    durationMs: Math.round(performance.now() - startMs),
  });
  try {
    return timed(await (target.protocol === 'grpc' ? probeGrpc(target) : probeHttp(target)));
  } catch (error) {
    return timed({ status: null, message: reasonOf(error) });
  }
}

function reasonOf(error: unknown): string {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] };
  if (errors?.[0] !== undefined) return reasonOf(errors[0]);
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
}

function probeHttp(target: Target): Promise<Omit<Answer, 'durationMs'>> {
  const isJson = target.protocol === 'http/json';
  const plain = Buffer.from(isJson ? '{"resourceSpans":[]}' : '');
  const body = target.isCompressed ? gzipSync(plain) : plain;
  const send = target.url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sending = send(target.url, {
      method: 'POST',
      signal: AbortSignal.timeout(longestMs),
      ...(target.certificate === null ? {} : { ca: readFileSync(target.certificate) }),
      headers: {
        'content-type': isJson ? 'application/json' : 'application/x-protobuf',
        'content-length': body.length,
        ...(target.isCompressed ? { 'content-encoding': 'gzip' } : {}),
        ...target.headers,
      },
    });
    sending.on('error', reject);
    sending.on('response', (response) => {
      let said = '';
      response.on('data', (chunk: Buffer) => {
        if (said.length < mostAnswerBytes) said += chunk.toString('latin1');
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, message: firstLine(said) }),
      );
    });
    sending.end(body);
  });
}

/** By hand: one frame with an empty message. */
function probeGrpc(target: Target): Promise<Omit<Answer, 'durationMs'>> {
  return new Promise((resolve, reject) => {
    const ca = target.certificate === null ? undefined : readFileSync(target.certificate);
    const session = connect(new URL(target.url).origin, { ca });
    const timer = setTimeout(
      () => session.destroy(new Error(`no answer within ${longestMs} ms`)),
      longestMs,
    );
    session.on('error', reject);
    session.on('close', () => {
      clearTimeout(timer);
      reject(new Error('the connection was closed'));
    });
    const stream = session.request({
      ':method': 'POST',
      ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...target.headers,
    });
    let outcome: Record<string, unknown> = {};
    const note = (headers: object): void => {
      outcome = { ...outcome, ...headers };
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      const status = outcome['grpc-status'];
      const message = String(outcome['grpc-message'] ?? '');
      if (status !== undefined) resolve({ status: Number(status), message });
      else reject(new Error(`HTTP ${String(outcome[':status'])} without a gRPC status`));
    });
    stream.resume();
    stream.end(Buffer.alloc(5));
  });
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '')
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, 120);
}

/** The address without its secrets. */
export function shownUrl({ url }: Target): string {
  return redactAddress(url);
}
