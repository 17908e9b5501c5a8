import type { MetricPoint, ResourceMetric } from './model.ts';
import { serviceOf, temporalityOf } from './model.ts';
import type { MutableAttributes } from './protobuf-attributes.ts';
import { readKeyValue, readResource } from './protobuf-attributes.ts';
import { WireReader } from './wire.ts';

/** Field numbers: opentelemetry/proto/metrics/v1/metrics.proto. */

type RawMetric = Pick<ResourceMetric, 'name' | 'unit' | 'temporality' | 'points'>;
type ReadPoint = (reader: WireReader) => MetricPoint;

const readPointByField: Readonly<Record<number, ReadPoint>> = {
  5: readNumberPoint, // gauge
  7: readNumberPoint, // sum
  9: (reader) => readHistogramPoint(reader, 9),
  10: (reader) => readHistogramPoint(reader, 1), // exponential histogram
};

/**
 * Decodes the body of `POST /v1/metrics` (an `ExportMetricsServiceRequest`), uncompressed: one
 * entry per metric and resource. Buckets, exemplars and times are not read; summaries are left
 * out. Cost: linear in the body. Throws `OtlpDecodeError`.
 */
export function decodeMetrics(body: Uint8Array): ResourceMetric[] {
  const decoded: ResourceMetric[] = [];
  const reader = new WireReader(body);
  while (reader.next()) {
    if (reader.field === 1) readResourceMetrics(reader.message(), decoded);
    else reader.skip();
  }
  return decoded;
}

function readResourceMetrics(reader: WireReader, into: ResourceMetric[]): void {
  const resource: MutableAttributes = {};
  const metrics: RawMetric[] = [];
  while (reader.next()) {
    if (reader.field === 1) readResource(reader.message(), resource);
    else if (reader.field === 2) readScopeMetrics(reader.message(), metrics);
    else reader.skip();
  }
  const { service, instance } = serviceOf(resource);
  for (const metric of metrics) into.push({ service, instance, ...metric });
}

function readScopeMetrics(reader: WireReader, into: RawMetric[]): void {
  while (reader.next()) {
    if (reader.field !== 2) reader.skip();
    else {
      const metric = readMetric(reader.message());
      if (metric.points.length > 0) into.push(metric);
    }
  }
}

function readMetric(reader: WireReader): RawMetric {
  let name = '';
  let unit = '';
  let temporality: RawMetric['temporality'] = null;
  const points: MetricPoint[] = [];
  while (reader.next()) {
    const readPoint = readPointByField[reader.field];
    if (reader.field === 1) name = reader.string();
    else if (reader.field === 3) unit = reader.string();
    else if (readPoint !== undefined) temporality = readPoints(reader.message(), readPoint, points);
    else reader.skip();
  }
  return { name, unit, temporality, points };
}

/** All four kinds keep their points in field 1 and their temporality, if any, in field 2. */
function readPoints(reader: WireReader, readPoint: ReadPoint, into: MetricPoint[]) {
  let temporality = 0;
  while (reader.next()) {
    if (reader.field === 1) into.push(readPoint(reader.message()));
    else if (reader.field === 2) temporality = reader.uint32();
    else reader.skip();
  }
  return temporalityOf(temporality);
}

function readNumberPoint(reader: WireReader): MetricPoint {
  const attributes: MutableAttributes = {};
  let value: number | undefined;
  while (reader.next()) {
    if (reader.field === 4) value = reader.double();
    else if (reader.field === 6) value = Number(reader.signedFixed64());
    else if (reader.field === 7) readKeyValue(reader.message(), attributes);
    else reader.skip();
  }
  return value === undefined ? { attributes } : { attributes, value };
}

/** Both histograms have their count in field 4 and their sum in field 5. */
function readHistogramPoint(reader: WireReader, attributesField: number): MetricPoint {
  const attributes: MutableAttributes = {};
  let count = 0;
  let sum: number | undefined;
  while (reader.next()) {
    if (reader.field === attributesField) readKeyValue(reader.message(), attributes);
    else if (reader.field === 4) count = Number(reader.fixed64());
    else if (reader.field === 5) sum = reader.double();
    else reader.skip();
  }
  return sum === undefined ? { attributes, count } : { attributes, count, sum };
}
