import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { Report } from '@spandrel/engine';
import { names } from '@spandrel/engine';
import { anSdkSpan } from '../../../engine/test/otlp/sdk-spans.ts';
import { Telemetry } from '../../src/receiver/telemetry.ts';
import { aReport } from '../report/a-report.ts';

/** Remembers what it was given and reports only what came with it. */
class FakeAnalyzer {
  readonly calls: string[] = [];
  add(service: string, spans: readonly unknown[]): void {
    this.calls.push(`add ${service} ${spans.length}`);
  }
  tick(): void {}
  finish(): void {
    this.calls.push('finish');
  }
  report(_nowMs: number, transport?: Pick<Report, 'exported' | 'dropped'>): Report {
    return aReport(transport);
  }
}

let telemetry: Telemetry | undefined;

afterEach(() => telemetry?.close());

function listening(given: { port?: number; forwardTo?: URL } = {}) {
  const analyzer = new FakeAnalyzer();
  const lines: string[] = [];
  const warn = (line: string) => lines.push(line);
  telemetry = new Telemetry({ port: 0, forwardTo: undefined, analyzer, warn, ...given });
  return { telemetry, analyzer, lines };
}

function post(url: string, path: string, type: string, body: Uint8Array | string) {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': type },
    body: body as string,
  });
}

test('judges what comes, and reports what came and what was lost', async () => {
  const { telemetry: heard, analyzer, lines } = listening();
  const url = await heard.start();
  const body = ProtobufTraceSerializer.serializeRequest([anSdkSpan()])!;
  await post(url, '/v1/traces', 'application/x-protobuf', body);
  for (let sent = 0; sent < 3; sent += 1)
    await post(url, '/v1/traces', 'application/x-protobuf', 'junk');
  const point = { attributes: [{ key: 'reason', value: { stringValue: 'queue_full' } }], asInt: 4 };
  const sum = { aggregationTemporality: 2, dataPoints: [point] };
  const metrics = [{ name: names.METRIC_SELF_SPANS_DROPPED, sum }];
  const json = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
  await post(url, '/v1/metrics', 'application/json', json);

  const { exported, dropped } = await heard.report();
  expect(analyzer.calls).toEqual(['add meetings 1', 'finish']);
  expect(exported).toEqual({ spans: 1, batches: 1 });
  expect(dropped).toEqual({
    spans: 4,
    traces: 0,
    reasons: { queue_full: 4, malformed_request: 3 },
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^the receiver refused a request: 4 bytes for \/v1\/traces are not OTLP/,
  );
});

test('spans that come after the report are taken but not judged', async () => {
  const { telemetry: heard, analyzer } = listening();
  const url = await heard.start();
  await heard.report();
  const body = ProtobufTraceSerializer.serializeRequest([anSdkSpan()])!;
  const { status } = await post(url, '/v1/traces', 'application/x-protobuf', body);
  expect(status).toBe(200);
  expect(analyzer.calls).toEqual(['finish']);
});

test('names the port that is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { telemetry: heard } = listening({ port });
  await expect(heard.start()).rejects.toThrow(`--port ${port} is taken on 127.0.0.1`);
  other.close();
});

test('does not send to itself', async () => {
  const probe = listening();
  const url = new URL(await probe.telemetry.start());
  await probe.telemetry.close();
  const forwardTo = new URL(`http://localhost:${url.port}`);
  const { telemetry: heard } = listening({ port: Number(url.port), forwardTo });
  await expect(heard.start()).rejects.toThrow(
    `OTEL_EXPORTER_OTLP_ENDPOINT http://localhost:${url.port}/ is the receiver of this very command`,
  );
});
