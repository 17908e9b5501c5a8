import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Destination } from '../../src/exporter/destination.ts';
import { sendAtOnce, sendBeside } from '../../src/endings/send-at-once.ts';
import type { Parcel } from '../../src/endings/send-at-once.ts';
import { startFrozenCollector } from '../../../../test/endings/run-ending.ts';

/** A collector in a process of its own, because the one of the test stands still while it sends. */
let collector: ChildProcess | undefined;

interface Request {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const ask = (what: unknown): Promise<never> => {
  const answer = new Promise<never>((resolve) => collector!.once('message', resolve as never));
  collector!.send(what as never);
  return answer;
};
const start = (
  kind: 'http' | 'https' | 'grpc',
  statuses: number[] = [],
): Promise<{ port: number }> => ask({ kind, statuses });
const requests = (): Promise<Request[]> => ask('requests');

beforeEach(() => {
  collector = fork(join(__dirname, '../apps/collector.cjs'));
});
afterEach(async () => {
  const gone = new Promise((resolve) => collector!.once('exit', resolve));
  collector!.disconnect();
  await gone;
});

const limitMs = 60_000;

function destinationAt(url: string, more: Partial<Destination> = {}): Destination {
  const destination: Destination = {
    protocol: 'http/protobuf',
    url,
    headers: { 'Api-Key': 'secret' },
    compression: 'none',
    timeoutMs: 10_000,
    tls: {},
  };
  return { ...destination, ...more };
}

const parcels = (...texts: string[]): Parcel[] =>
  texts.map((text) => ({ body: Buffer.from(text), spans: text.length }));

describe('sendAtOnce', () => {
  test.each(['none', 'gzip'] as const)('sends over HTTP, compression %s', async (compression) => {
    const { port } = await start('http');
    const to = destinationAt(`http://127.0.0.1:${port}/v1/traces`, { compression });
    expect(sendAtOnce(parcels('a', 'bb', 'ccc'), 3, to, limitMs)).toEqual([]);
    const got = await requests();
    expect(got.map(({ body }) => body).sort()).toEqual(['a', 'bb', 'ccc']);
    expect(got[0]).toMatchObject({
      path: '/v1/traces',
      headers: { 'api-key': 'secret', 'content-type': 'application/x-protobuf' },
    });
  });

  test('sends over TLS with the certificate of the destination, and not without', async () => {
    const { port } = await start('https');
    const ca = Buffer.from(await ask('certificate'));
    const to = destinationAt(`https://localhost:${port}/v1/traces`);
    expect(sendAtOnce(parcels('a'), 1, to, limitMs)).toHaveLength(1);
    expect(sendAtOnce(parcels('a'), 1, { ...to, tls: { ca } }, limitMs)).toEqual([]);
  });

  test.each(['none', 'gzip'] as const)('sends over gRPC, compression %s', async (compression) => {
    const { port } = await start('grpc');
    const to = destinationAt(`http://127.0.0.1:${port}/the.Service/Export`, {
      protocol: 'grpc',
      compression,
    });
    expect(sendAtOnce(parcels('a', 'bb'), 2, to, limitMs)).toEqual([]);
    const got = await requests();
    expect(got.map(({ body }) => body).sort()).toEqual(['a', 'bb']);
    expect(got[0]).toMatchObject({
      path: '/the.Service/Export',
      headers: { 'api-key': 'secret', te: 'trailers' },
    });
  });

  test('gives back what is refused', async () => {
    const { port } = await start('http', [200, 503, 200, 400]);
    const to = destinationAt(`http://127.0.0.1:${port}/v1/traces`);
    expect(sendAtOnce(parcels('a', 'b', 'c', 'd'), 4, to, limitMs)).toHaveLength(2);
  });

  test('gives back what nobody answers when the time is up', async () => {
    const frozen = await startFrozenCollector();
    const given = parcels('a', 'b');
    expect(sendAtOnce(given, 2, destinationAt(frozen.url), 300)).toEqual(given);
    await frozen.close();
  });

  test('gives back everything where nobody listens, and does not wait', () => {
    const sinceMs = performance.now();
    const given = parcels('a', 'b');
    expect(sendAtOnce(given, 2, destinationAt('http://127.0.0.1:1'), limitMs)).toEqual(given);
    expect(performance.now() - sinceMs).toBeLessThan(limitMs / 2);
  });

  test('with nothing to send does not wait', () => {
    expect(sendAtOnce([], 5, destinationAt('http://127.0.0.1:1'), limitMs)).toEqual([]);
  });
});

test('sendBeside sends one after another and knows what is left', async () => {
  const { port } = await start('http', [200, 500]);
  const to = destinationAt(`http://127.0.0.1:${port}/v1/traces`);
  const given = parcels('a', 'b', 'c');
  const sending = sendBeside(given, to, limitMs)!;
  await sending.done;
  expect(sending.left()).toEqual([given[1]]);
  expect((await requests()).map(({ body }) => body)).toEqual(['a', 'b', 'c']);
});
