import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { anSdkSpan } from '../../../engine/test/otlp/sdk-spans.ts';
import type { OtlpRequest, Receiver } from '../../src/receiver/receiver.ts';
import { receiverLimits, startReceiver } from '../../src/receiver/receiver.ts';

const limits = { ...receiverLimits, maxBodyBytes: 20_000, requestTimeoutMs: 300 };
const protobuf = { 'content-type': 'application/x-protobuf' };
const json = { 'content-type': 'application/json' };
const trace = Buffer.from(ProtobufTraceSerializer.serializeRequest([anSdkSpan()])!);

let receiver: Receiver;
let spans: string[];
let metrics: string[];
let accepted: OtlpRequest[];
let refused: string[];

beforeEach(async () => {
  spans = [];
  metrics = [];
  accepted = [];
  refused = [];
  const events = {
    traces: (resources: readonly { service: string; spans: { name: string }[] }[]) =>
      spans.push(
        ...resources.flatMap((one) => one.spans.map(({ name }) => `${one.service} ${name}`)),
      ),
    metrics: (received: readonly { name: string }[]) =>
      metrics.push(...received.map(({ name }) => name)),
    accepted: (one: OtlpRequest) => accepted.push(one),
    refused: (reason: string) => refused.push(reason),
  };
  receiver = await startReceiver(0, events, limits);
});

afterEach(() => receiver.close());

interface Sent {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
}

async function send({ path = '/v1/traces', method = 'POST', headers = protobuf, body = '' }: Sent) {
  const sending = request(receiver.url + path, { method, headers, agent: false });
  sending.on('error', () => {}); // a refused sender may find the connection gone
  sending.end(body);
  const [response] = await once(sending, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    text: Buffer.concat(chunks).toString(),
  };
}

describe('takes', () => {
  test('protobuf traces and answers with an empty message', async () => {
    expect(await send({ body: trace })).toEqual({
      status: 200,
      type: 'application/x-protobuf',
      text: '',
    });
    expect(spans).toEqual(['meetings GET /meetings']);
  });

  test('JSON traces and answers with an empty object', async () => {
    const body = JsonTraceSerializer.serializeRequest([anSdkSpan()])!;
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect(await send({ headers, body })).toMatchObject({ status: 200, text: '{}' });
    expect(spans).toEqual(['meetings GET /meetings']);
  });

  test('gzip', async () => {
    const headers = { ...protobuf, 'content-encoding': 'gzip' };
    expect(await send({ headers, body: gzipSync(trace) })).toMatchObject({ status: 200 });
    expect(spans).toHaveLength(1);
  });

  test('metrics', async () => {
    const body = JSON.stringify({
      resourceMetrics: [
        { scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [{ asInt: '1' }] } }] }] },
      ],
    });
    expect(await send({ path: '/v1/metrics', headers: json, body })).toMatchObject({ status: 200 });
    expect(metrics).toEqual(['m']);
  });

  test('logs, unread', async () => {
    expect(await send({ path: '/v1/logs', body: 'anything' })).toMatchObject({ status: 200 });
  });

  test('and passes on the very bytes, compressed as they came', async () => {
    const body = gzipSync(trace);
    await send({ headers: { ...protobuf, 'content-encoding': 'gzip' }, body });
    expect(accepted).toEqual([
      { path: '/v1/traces', contentType: 'application/x-protobuf', contentEncoding: 'gzip', body },
    ]);
  });
});

describe('refuses', () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  const gzip = { ...protobuf, 'content-encoding': 'gzip' };

  test.each<[string, Sent, number, string[]]>([
    ['junk', { body: 'junk junk junk' }, 400, ['malformed_request']],
    ['a cut request', { body: trace.subarray(0, -1) }, 400, ['malformed_request']],
    ['JSON that is none', { headers: json, body: '{' }, 400, ['malformed_request']],
    ['JSON that is not OTLP', { headers: json, body: '[]' }, 400, ['malformed_request']],
    ['gzip that is none', { headers: gzip, body: trace }, 400, ['malformed_request']],
    ['junk for metrics', { path: '/v1/metrics', body: 'junk' }, 400, ['malformed_request']],
    ['a large body', { body: Buffer.alloc(20_001) }, 413, ['request_too_large']],
    ['a small body that inflates', { headers: gzip, body: bomb }, 413, ['request_too_large']],
    [
      'another type',
      { headers: { 'content-type': 'text/plain' } },
      415,
      ['unsupported_media_type'],
    ],
    ['no type', { headers: {}, body: trace }, 415, ['unsupported_media_type']],
    [
      'another encoding',
      { headers: { ...protobuf, 'content-encoding': 'br' } },
      415,
      ['unsupported_media_type'],
    ],
    ['another path', { path: '/v1/profiles' }, 404, []],
    ['another method', { method: 'GET' }, 405, []],
  ])('%s', async (_name, sent, status, reasons) => {
    expect(await send(sent)).toMatchObject({ status });
    expect(refused).toEqual(reasons);
    expect(spans).toEqual([]);
    expect(accepted).toEqual([]);
    expect(await send({ body: trace })).toMatchObject({ status: 200 });
  });

  test('a body without a length as soon as it is too large', async () => {
    const sending = request(`${receiver.url}/v1/traces`, {
      method: 'POST',
      headers: protobuf,
      agent: false,
    });
    sending.on('error', () => {});
    for (let part = 0; part < 21; part += 1) sending.write(Buffer.alloc(1000));
    const [response] = await once(sending, 'response');
    expect(response.statusCode).toBe(413);
    sending.destroy();
  });

  test('a sender that never finishes', async () => {
    const { port } = new URL(receiver.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\n');
    socket.write('content-length: 100\r\n\r\nhalf');
    socket.resume();
    await once(socket, 'close');
    expect(spans).toEqual([]);
  });
});

test('says when the port is taken', async () => {
  const port = Number(new URL(receiver.url).port);
  await expect(startReceiver(port, {} as never)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('may be closed twice', async () => {
  await receiver.close();
  await receiver.close();
});
