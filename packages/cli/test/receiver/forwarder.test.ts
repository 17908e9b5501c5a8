import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import { Forwarder } from '../../src/receiver/forwarder.ts';
import type { OtlpRequest } from '../../src/receiver/receiver.ts';

let server: Server | undefined;
let forwarder: Forwarder | undefined;

afterEach(async () => {
  forwarder?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)));
  server = undefined;
});

async function backend(listener: RequestListener): Promise<URL> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function anOtlpRequest(body: Buffer): OtlpRequest {
  const contentType = 'application/x-protobuf';
  return { path: '/v1/traces', contentType, contentEncoding: 'gzip', body };
}

test('the same bytes arrive, with their type and encoding, below the path of the address', async () => {
  const got: unknown[] = [];
  const url = await backend(async (request, response) => {
    const { 'content-type': type, 'content-encoding': encoding } = request.headers;
    const key = request.headers['x-key'];
    got.push({ path: request.url, type, encoding, key, body: await bodyOf(request) });
    response.end();
  });
  const failures: string[] = [];
  forwarder = new Forwarder(new URL('/base/', url), {
    headers: { 'x-key': 'k', 'content-type': 'ours/never' },
    onFailure: (message) => failures.push(message),
  });
  const bodies = [gzipSync('one'), gzipSync('two'), Buffer.from([0, 255, 10, 13])];
  for (const body of bodies) forwarder.send(anOtlpRequest(body));
  await forwarder.settle(5000);
  expect(failures).toEqual([]);
  expect(got).toHaveLength(3);
  for (const body of bodies) {
    const type = 'application/x-protobuf';
    expect(got).toContainEqual({
      path: '/base/v1/traces',
      type,
      encoding: 'gzip',
      key: 'k',
      body,
    });
  }
});

test('an answer other than 2xx and an address where nobody listens are failures', async () => {
  const url = await backend((request, response) => {
    request.resume();
    response.writeHead(503).end();
  });
  const failures: string[] = [];
  const onFailure = (message: string) => failures.push(message);
  forwarder = new Forwarder(url, { onFailure });
  forwarder.send(anOtlpRequest(Buffer.from('x')));
  await forwarder.settle(5000);
  expect(failures).toEqual([`${url.origin}/v1/traces: HTTP 503`]);

  server!.closeAllConnections();
  await new Promise((resolve) => server!.close(resolve));
  server = undefined;
  const unreachable = new Forwarder(url, { onFailure });
  unreachable.send(anOtlpRequest(Buffer.from('x')));
  await unreachable.settle(5000);
  unreachable.close();
  expect(failures[1]).toBe(`${url.origin}/v1/traces: ECONNREFUSED`);
});

test('what does not fit into the queue is given up at once, the rest at the deadline', async () => {
  const url = await backend((request) => void request.resume()); // never answers
  const failures: string[] = [];
  forwarder = new Forwarder(url, {
    maxQueuedBytes: 10,
    onFailure: (message) => failures.push(message),
  });
  for (let sent = 0; sent < 12; sent += 1) forwarder.send(anOtlpRequest(Buffer.from('x')));
  expect(failures).toHaveLength(2);
  await forwarder.settle(10);
  expect(failures).toHaveLength(12);
});
