import { expect, test } from '@jest/globals';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { decodeMetrics, decodeMetricsJson, OtlpDecodeError } from '../../src/otlp/index.ts';
import { aResource } from './sdk-spans.ts';

async function recorded(temporality: AggregationTemporality): Promise<ResourceMetrics> {
  const exporter = new InMemoryMetricExporter(temporality);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  const provider = new MeterProvider({
    resource: aResource({ 'service.name': 'meetings', 'service.instance.id': 'one' }),
    readers: [reader],
    views: [
      { instrumentName: 'latency', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
    ],
  });
  const meter = provider.getMeter('test');
  meter.createCounter('dropped', { unit: '{span}' }).add(3, { reason: 'full' });
  meter.createUpDownCounter('balance').add(-2.5);
  meter.createGauge('open').record(7);
  meter.createHistogram('queries', { unit: '{query}' }).record(12, { route: '/a' });
  meter.createHistogram('latency', { unit: 's' }).record(0.25);
  await provider.forceFlush();
  await provider.shutdown();
  return exporter.getMetrics()[0]!;
}

test('sums, gauges and both histograms come back with unit, temporality and values', async () => {
  const body = ProtobufMetricsSerializer.serializeRequest(
    await recorded(AggregationTemporality.CUMULATIVE),
  )!;
  const from = { service: 'meetings', instance: 'one' };
  const temporality = 'cumulative';
  const byName = decodeMetrics(body).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(byName).toEqual([
    { ...from, name: 'balance', unit: '', temporality, points: [{ attributes: {}, value: -2.5 }] },
    {
      ...from,
      name: 'dropped',
      unit: '{span}',
      temporality,
      points: [{ attributes: { reason: 'full' }, value: 3 }],
    },
    {
      ...from,
      name: 'latency',
      unit: 's',
      temporality,
      points: [{ attributes: {}, count: 1, sum: 0.25 }],
    },
    { ...from, name: 'open', unit: '', temporality: null, points: [{ attributes: {}, value: 7 }] },
    {
      ...from,
      name: 'queries',
      unit: '{query}',
      temporality,
      points: [{ attributes: { route: '/a' }, count: 1, sum: 12 }],
    },
  ]);
});

test('JSON and protobuf of one request give the same', async () => {
  const metrics = await recorded(AggregationTemporality.DELTA);
  const json = new TextDecoder().decode(JsonMetricsSerializer.serializeRequest(metrics));
  const fromJson = decodeMetricsJson(JSON.parse(json));
  expect(fromJson).toEqual(decodeMetrics(ProtobufMetricsSerializer.serializeRequest(metrics)!));
  expect(fromJson[0]!.temporality).toBe('delta');
});

test('a request cut at any byte is refused, not misread', async () => {
  const whole = ProtobufMetricsSerializer.serializeRequest(
    await recorded(AggregationTemporality.CUMULATIVE),
  )!;
  let refused = 0;
  for (let length = 1; length < whole.length; length += 1) {
    try {
      decodeMetrics(whole.subarray(0, length));
    } catch (error) {
      if (error instanceof OtlpDecodeError) refused += 1;
    }
  }
  expect(refused).toBe(whole.length - 1);
});

test('junk JSON is refused', () => {
  expect(() => decodeMetricsJson({ resourceMetrics: 5 })).toThrow(OtlpDecodeError);
  expect(() =>
    decodeMetricsJson({ resourceMetrics: [{ scopeMetrics: [{ metrics: [3] }] }] }),
  ).toThrow(OtlpDecodeError);
  expect(decodeMetricsJson({})).toEqual([]);
});
