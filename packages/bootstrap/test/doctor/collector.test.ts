import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { checkCollector } from '../../src/doctor/checks/collector.ts';
import type { Check } from '../../src/doctor/index.ts';
import { readProject } from '../../src/doctor/project.ts';

let server: Server | undefined;

afterEach(async () => {
  if (server?.listening === true) await new Promise((resolve) => server!.close(resolve));
});

async function listening(started: Server): Promise<string> {
  server = started.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function check(env: Record<string, string>): Promise<Check> {
  return checkCollector(readProject('/', env));
}

interface Asked {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function answering(status: number, text = ''): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const url = await listening(
    createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      asked.push({ url: request.url!, headers: request.headers, body });
      response.writeHead(status, { connection: 'close' }).end(text);
    }),
  );
  return { url, asked };
}

test('a collector that takes an empty request is well; the request is that of the exporter', async () => {
  const { url, asked } = await answering(200);
  const found = await check({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/base/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=top%20secret, X-Team = a',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
  });
  expect(found.status).toBe('ok');
  expect(found.seen).toMatch(
    /\/base\/v1\/traces \(http\/json with x-key, x-team\): HTTP status 200 after \d+ ms$/,
  );
  expect(JSON.stringify(found)).not.toContain('secret');
  expect(asked).toMatchObject([
    {
      url: '/base/v1/traces',
      body: '{"resourceSpans":[]}',
      headers: { 'x-key': 'top secret', 'x-team': 'a', 'content-type': 'application/json' },
    },
  ]);
});

test('an address for traces is used as it is', async () => {
  const { url, asked } = await answering(200);
  await check({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/mine` });
  expect(asked).toMatchObject([
    { url: '/mine', body: '', headers: { 'content-type': 'application/x-protobuf' } },
  ]);
});

test.each([
  [401, 'OTEL_EXPORTER_OTLP_HEADERS'],
  [404, 'The path is wrong'],
  [415, 'OTEL_EXPORTER_OTLP_PROTOCOL'],
  [503, 'Compare path'],
])('status %i is a refusal, with advice', async (status, advice) => {
  const { url } = await answering(status, 'no \u001b[31mway\nmore');
  const found = await check({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
  expect(found).toMatchObject({ code: 'E-EXPORT-02', status: 'problem' });
  expect(found.seen).toMatch(/HTTP status \d+ after \d+ ms: no \[31mway$/);
  expect(found.remedy).toContain(advice);
});

test('nobody there is told with the reason, without credentials', async () => {
  const found = await check({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hush@127.0.0.1:9' });
  expect(found).toMatchObject({ code: 'E-EXPORT-01', status: 'problem' });
  expect(found.seen).toContain('ECONNREFUSED');
  expect(found.seen).not.toContain('hush');
});

test('gRPC is asked by gRPC', async () => {
  const grpc = createHttp2Server();
  grpc.on('stream', (stream, headers) => {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc' },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => {
      const isWell = String(headers[':path']).endsWith('TraceService/Export');
      stream.sendTrailers({ 'grpc-status': isWell && headers['x-key'] === 'k' ? '0' : '16' });
    });
    stream.end(Buffer.alloc(5));
  });
  const url = await listening(grpc);
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_ENDPOINT: url };
  const found = await check({ ...env, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=k' });
  expect(found).toMatchObject({ status: 'ok', seen: expect.stringContaining('gRPC status 0') });
  expect(await check(env)).toMatchObject({ code: 'E-EXPORT-02', status: 'problem' });
  // The other way round: HTTP to a gRPC port.
  expect(await check({ OTEL_EXPORTER_OTLP_ENDPOINT: url })).toMatchObject({
    code: 'E-EXPORT-01',
    remedy: expect.stringContaining('gRPC port'),
  });
});

test('a server that hangs up is told', async () => {
  const url = await listening(createTcpServer((socket) => socket.destroy()));
  expect(await check({ OTEL_EXPORTER_OTLP_ENDPOINT: url })).toMatchObject({ status: 'problem' });
});

test.each([
  [{ OTEL_TRACES_EXPORTER: 'none' }, 'warning'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'not an address' }, 'problem'],
])('%j is a %s', async (env, status) => {
  expect(await check(env as Record<string, string>)).toMatchObject({ code: 'E-EXPORT-01', status });
});
