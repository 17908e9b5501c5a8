import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { Phase } from '../../src/demo/traffic.ts';
import { drivePhase, requestOrder } from '../../src/demo/traffic.ts';

let server: Server;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function service(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const phase: Phase = {
  name: 'mixed',
  requests: [
    { method: 'GET', paths: ['/a?x=1'], weight: 3 },
    { method: 'POST', paths: ['/b'], body: { n: 1 }, weight: 1 },
  ],
};

/** A clock that goes on by 10 ms with every look at it. */
function aClock(): () => number {
  let now = 0;
  return () => (now += 10);
}

function options(baseUrl: string, given: object = {}) {
  const signal = new AbortController().signal;
  return {
    baseUrl,
    headers: { authorization: 'Bearer t' },
    concurrency: 4,
    durationMs: 200,
    signal,
    now: aClock(),
    ...given,
  };
}

test('every request comes once, then by weight, evenly mixed', () => {
  const order = requestOrder(phase.requests);
  const paths = Array.from({ length: 10 }, () => order.next().value.paths[0]![1]).join('');
  expect(paths).toBe('ab' + 'abaa'.repeat(2));
});

test('requests that come seldom do not come together', () => {
  const seldom = ['/b', '/c', '/d'].map((path) => ({ method: 'GET', paths: [path], weight: 1 }));
  const order = requestOrder([{ method: 'GET', paths: ['/a'], weight: 9 }, ...seldom]);
  const paths = Array.from({ length: 28 }, () => order.next().value.paths[0]![1]).join('');
  expect(paths.slice(4)).toMatch(/^[^a]?(a+[bcd])+a+$/);
});

test('sends method, path, body and headers over kept connections until the time is over', async () => {
  const seen = new Set<string>();
  const sockets = new Set<unknown>();
  const url = await service(async (request, response) => {
    sockets.add(request.socket);
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.add([request.method, request.url, body, request.headers.authorization].join(' '));
    response.end('ok');
  });
  const result = await drivePhase(phase, options(url));
  expect([...seen].sort()).toEqual(['GET /a?x=1  Bearer t', 'POST /b {"n":1} Bearer t']);
  expect(result).toMatchObject({ name: 'mixed', failures: 0, firstFailure: null });
  expect(result.requests).toBeGreaterThan(4);
  expect(sockets.size).toBeLessThanOrEqual(4);
});

test('the paths of one request come in turn', async () => {
  const seen: string[] = [];
  const url = await service((request, response) => {
    seen.push(request.url!);
    response.end();
  });
  const requests = [{ method: 'GET', paths: ['/1', '/2', '/3'], weight: 1 }];
  await drivePhase({ name: 'mixed', requests }, options(url, { concurrency: 1 }));
  expect(seen.slice(0, 5)).toEqual(['/1', '/2', '/3', '/1', '/2']);
});

test('sends every request once even when there is no time at all', async () => {
  const url = await service((_request, response) => void response.end());
  const result = await drivePhase(phase, options(url, { durationMs: 0, concurrency: 1 }));
  expect(result.requests).toBe(2);
});

test('counts answers of 400 and above and broken connections, and names the first', async () => {
  const url = await service((request, response) => {
    if (request.method === 'POST') request.socket.destroy();
    else response.writeHead(503).end();
  });
  const result = await drivePhase(phase, options(url, { durationMs: 0, concurrency: 1 }));
  expect(result).toMatchObject({ requests: 2, failures: 2, firstFailure: 'GET /a?x=1: HTTP 503' });
});

test('stops at once and without an error when told to', async () => {
  const controller = new AbortController();
  const url = await service(() => controller.abort()); // never answers
  const result = await drivePhase(
    phase,
    options(url, { signal: controller.signal, durationMs: 1e9 }),
  );
  expect(result.failures).toBe(0);
});
