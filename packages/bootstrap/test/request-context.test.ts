import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { register, runApp } from '../../../test/processes/run-app.ts';
import { startReceiver } from '../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../test/receiver/receiver.ts';

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

/** One request with these headers to a process with the preload; what it answered. */
async function request(headers: Record<string, string>, env: NodeJS.ProcessEnv = {}) {
  const app = runApp(
    join(__dirname, 'apps/context.mjs'),
    { OTEL_SERVICE_NAME: 'shop', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env },
    ['--require', register],
  );
  const { url } = await app.message();
  const answer = await fetch(`${String(url)}/orders/7`, { headers });
  const { own, other } = (await answer.json()) as { own: object; other: object };
  app.child.send('end');
  expect(await app.ended).toMatchObject({ code: 0, signal: null });
  expect(other).toEqual(own);
  return own;
}

function serverSpan() {
  return receiver.spans.find(({ kind }) => kind === 2)!;
}

test('a request is told whom it is for, by every copy of the package, and only where it is said', async () => {
  await request({});
  const { attributes } = serverSpan();
  expect(attributes).toMatchObject({
    'user.id': 'u-7',
    'spandrel.tenant.id': 'acme',
    'order.kind': 'express',
  });
  expect(attributes['spandrel.cpu_ms']).toBeGreaterThan(0);
  const points = (name: string) => receiver.points.filter((point) => point.name === name);
  expect(points('shop.orders')[0]?.value).toBe(1);
  expect(points('spandrel.self.context.ignored')[0]?.value).toBe(1);
});

test("the caller's id of a request is known in it, and leaves on no span", async () => {
  const own = await request({ 'x-request-id': 'edge-42/a' });
  const { traceId } = serverSpan();
  expect(own).toEqual({ requestId: 'edge-42/a', traceId, endpoint: 'GET /orders/:param' });
  for (const body of receiver.bodies) expect(body.includes('edge-42')).toBe(false);
});

test('the header that holds it can be chosen', async () => {
  const headers = { 'X-Correlation-ID': 'chosen', 'x-request-id': 'other' };
  expect(await request(headers, { SPANDREL_REQUEST_ID_HEADER: 'X-Correlation-Id' })).toMatchObject({
    requestId: 'chosen',
  });
});

test('without it, or with one that no log line should hold, the id is that of the trace', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const own = await request({ traceparent, 'x-request-id': 'a forged one' });
  expect(own).toMatchObject({
    requestId: '0af7651916cd43dd8448eb211c80319c',
    traceId: '0af7651916cd43dd8448eb211c80319c',
  });
});
