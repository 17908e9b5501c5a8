import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Http2Server } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';

/** A collector that notes how it is asked: `hanging` never answers, `tls` wants a certificate. */
export type DoorKind = 'http' | 'hanging' | 'tls' | 'grpc';

export interface Visit {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Of the client's certificate. */
  readonly subject?: string;
  /** Temporalities of the sums and histograms in a JSON body. */
  readonly temporalities?: readonly string[];
  /** The client went before it was answered. */
  readonly wasGivenUp?: boolean;
}

export interface Door {
  readonly port: number;
  readonly visits: Visit[];
  close(): Promise<void>;
}

/** What the settings decide; the rest names versions, ports and lengths. */
const told = ['content-type', 'content-encoding', 'x-all', 'x-one'];

export async function openDoor(kind: DoorKind): Promise<Door> {
  const visits: Visit[] = [];
  const server = kind === 'grpc' ? grpcServer(visits) : httpServer(kind, visits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    visits,
    async close() {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function httpServer(kind: Exclude<DoorKind, 'grpc'>, visits: Visit[]): Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const visit = visitOf(request, Buffer.concat(chunks));
      if (kind !== 'hanging') {
        visits.push(visit);
        response.setHeader('content-type', request.headers['content-type'] ?? 'text/plain');
        response.end();
      }
      response.on('close', () => {
        if (kind === 'hanging') visits.push({ ...visit, wasGivenUp: !response.writableEnded });
      });
    });
  };
  if (kind !== 'tls') return createServer(answer);
  const pem = (name: string) => readFileSync(join(__dirname, 'tls', name));
  const [cert, key] = [pem('cert.pem'), pem('key.pem')];
  return createTlsServer({ cert, key, ca: cert, requestCert: true }, answer) as unknown as Server;
}

function visitOf({ url = '', headers, socket }: IncomingMessage, raw: Buffer): Visit {
  const body = headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
  const isJson = headers['content-type'] === 'application/json';
  const found = isJson ? body.toString().match(/"aggregationTemporality":\d/g) : null;
  const certificate = (socket as Partial<TLSSocket>).getPeerCertificate?.();
  return {
    path: url,
    headers: noted(headers),
    ...(certificate?.subject === undefined ? {} : { subject: certificate.subject.CN as string }),
    ...(found === null ? {} : { temporalities: [...new Set(found)].sort() }),
  };
}

/** Answers every call of gRPC with an empty message. */
function grpcServer(visits: Visit[]): Http2Server {
  const server = createHttp2Server();
  server.on('stream', (stream, headers) => {
    visits.push({ path: String(headers[':path']), headers: noted(headers) });
    stream.resume();
    stream.on('error', () => undefined);
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc' },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.alloc(5));
  });
  return server;
}

function noted(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    told.flatMap((name) => (name in headers ? [[name, headers[name]]] : [])),
  );
}
