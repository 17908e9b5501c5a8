import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

export type Value = string | number | boolean | Value[] | Record<string, unknown>;
export type Fields = Record<string, Value>;

export interface ReceivedSpan {
  service: string;
  scope: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  kind: number;
  startNano: bigint;
  endNano: bigint;
  attributes: Fields;
  events: { name: string; attributes: Fields }[];
  status: { code: number; message: string };
}

export interface ReceivedPoint {
  service: string;
  name: string;
  unit: string;
  kind: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram';
  attributes: Fields;
  /** Of a gauge or a sum. */
  value: number;
  /** Of a histogram. */
  count: number;
  sum: number;
}

/** An OTLP/HTTP receiver written for the tests alone, on a free port of 127.0.0.1. */
export interface Receiver {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  readonly points: ReceivedPoint[];
  /** Every body as it came, for looking for secrets in the bytes. */
  readonly bodies: Buffer[];
  /** Of those the traces. */
  readonly traceBodies: Buffer[];
  close(): Promise<void>;
}

const root = protobuf.loadSync(join(__dirname, 'otlp.proto'));
const options = {
  longs: String,
  bytes: Buffer,
  defaults: true,
  arrays: true,
  oneofs: true,
} as const;

/** `answerAfterMs`: how long each answer takes to come. */
export async function startReceiver({
  answerAfterMs = 0,
  port: wanted = 0,
} = {}): Promise<Receiver> {
  const spans: ReceivedSpan[] = [];
  const points: ReceivedPoint[] = [];
  const bodies: Buffer[] = [];
  const traceBodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      response.setHeader('content-type', 'application/x-protobuf');
      if (answerAfterMs === 0) response.end();
      else setTimeout(() => response.end(), answerAfterMs);
      // Read after the answer, so that nobody waits for it.
      bodies.push(body);
      if (request.url === '/v1/traces') {
        traceBodies.push(body);
        spans.push(...readSpans(body));
      }
      if (request.url === '/v1/metrics') points.push(...readPoints(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    points,
    bodies,
    traceBodies,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Raw {
  [name: string]: any;
}

function decode(type: string, body: Buffer): Raw {
  const message = root.lookupType(`otlp.${type}`);
  return message.toObject(message.decode(body), options);
}

function readSpans(body: Buffer): ReceivedSpan[] {
  return (decode('TracesRequest', body)['resourceSpans'] as Raw[]).flatMap((resource) =>
    (resource['scopeSpans'] as Raw[]).flatMap((scope) =>
      (scope['spans'] as Raw[]).map((span) => ({
        service: String(fields(resource['resource']['attributes'])['service.name']),
        scope: scope['scope']['name'] as string,
        traceId: hex(span['traceId']),
        spanId: hex(span['spanId']),
        parentSpanId: span['parentSpanId'].length === 0 ? null : hex(span['parentSpanId']),
        name: span['name'] as string,
        kind: span['kind'] as number,
        startNano: BigInt(span['startTimeUnixNano']),
        endNano: BigInt(span['endTimeUnixNano']),
        attributes: fields(span['attributes']),
        events: (span['events'] as Raw[]).map((event) => ({
          name: event['name'] as string,
          attributes: fields(event['attributes']),
        })),
        status: { code: span['status']?.['code'] ?? 0, message: span['status']?.['message'] ?? '' },
      })),
    ),
  );
}

function readPoints(body: Buffer): ReceivedPoint[] {
  return (decode('MetricsRequest', body)['resourceMetrics'] as Raw[]).flatMap((resource) =>
    (resource['scopeMetrics'] as Raw[]).flatMap((scope) =>
      (scope['metrics'] as Raw[]).flatMap((metric) => pointsOf(resource, metric)),
    ),
  );
}

function pointsOf(resource: Raw, metric: Raw): ReceivedPoint[] {
  const kind = (['gauge', 'sum', 'histogram', 'exponentialHistogram'] as const).find(
    (name) => metric[name] !== null && metric[name] !== undefined,
  );
  if (kind === undefined) return [];
  return (metric[kind]['dataPoints'] as Raw[]).map((point) => ({
    service: String(fields(resource['resource']['attributes'])['service.name']),
    name: metric['name'] as string,
    unit: metric['unit'] as string,
    kind,
    attributes: fields(point['attributes']),
    value: Number(point['asDouble'] ?? 0) + Number(point['asInt'] ?? 0),
    count: Number(point['count'] ?? 0),
    sum: Number(point['sum'] ?? 0),
  }));
}

function fields(keyValues: Raw[]): Fields {
  return Object.fromEntries(
    keyValues.map(({ key, value }) => [key as string, valueOf(value as Raw)]),
  );
}

function valueOf(value: Raw): Value {
  if (value === null || value === undefined) return '';
  if (value['arrayValue']) return (value['arrayValue']['values'] as Raw[]).map(valueOf);
  if (value['kvlistValue']) return fields(value['kvlistValue']['values'] as Raw[]);
  if (value['intValue'] !== undefined) return Number(value['intValue']);
  return (value['stringValue'] ?? value['boolValue'] ?? value['doubleValue'] ?? '') as Value;
}

function hex(bytes: Buffer): string {
  return Buffer.from(bytes).toString('hex');
}
