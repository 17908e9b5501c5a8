import type { JsonObject } from './json-values.ts';
import { attributesOf, listOf, numberOf, objectOf, textOf } from './json-values.ts';
import type { MetricPoint, ResourceMetric } from './model.ts';
import { serviceOf, temporalityOf } from './model.ts';

const kinds = ['gauge', 'sum', 'histogram', 'exponentialHistogram'] as const;

/** `decodeMetrics` for the parsed JSON of the same request. Throws `OtlpDecodeError`. */
export function decodeMetricsJson(value: unknown): ResourceMetric[] {
  const decoded: ResourceMetric[] = [];
  for (const item of listOf(objectOf(value, 'the request')['resourceMetrics'], 'resourceMetrics')) {
    const { resource, scopeMetrics } = objectOf(item, 'resourceMetrics');
    const from = serviceOf(attributesOf(objectOf(resource, 'resource')['attributes']));
    for (const ofScope of listOf(scopeMetrics, 'scopeMetrics')) {
      for (const metric of listOf(objectOf(ofScope, 'scopeMetrics')['metrics'], 'metrics')) {
        const read = metricOf(objectOf(metric, 'a metric'));
        if (read.points.length > 0) decoded.push({ ...from, ...read });
      }
    }
  }
  return decoded;
}

function metricOf(metric: JsonObject) {
  const kind = kinds.find((name) => metric[name] !== undefined && metric[name] !== null);
  const content = kind === undefined ? {} : objectOf(metric[kind], kind);
  return {
    name: textOf(metric['name'], 'a metric name'),
    unit: textOf(metric['unit'], 'unit'),
    temporality: temporalityOf(numberOf(content['aggregationTemporality'], 'temporality')),
    points: listOf(content['dataPoints'], 'dataPoints').map((point) =>
      pointOf(objectOf(point, 'a data point'), kind === 'gauge' || kind === 'sum'),
    ),
  };
}

function pointOf(point: JsonObject, isNumber: boolean): MetricPoint {
  const attributes = attributesOf(point['attributes']);
  if (isNumber) {
    const value = point['asDouble'] ?? point['asInt'];
    return isAbsent(value) ? { attributes } : { attributes, value: numberOf(value, 'a value') };
  }
  const count = numberOf(point['count'], 'count');
  const sum = point['sum'];
  return isAbsent(sum) ? { attributes, count } : { attributes, count, sum: numberOf(sum, 'sum') };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
