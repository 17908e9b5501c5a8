import { AggregationType } from '@opentelemetry/sdk-metrics';
import type { IAttributesProcessor, ViewOptions } from '@opentelemetry/sdk-metrics';
import { names } from '@spandrel/engine';

/**
 * instrumentation-pg takes everything up to the statement's first space for the operation, so
 * `SELECT'…'` or a leading comment would carry data into a metric: only a plain verb stays.
 */
const operationIsAVerb: IAttributesProcessor = {
  process(incoming) {
    const operation = incoming['db.operation.name'];
    if (typeof operation !== 'string' || /^[A-Za-z]+$/.test(operation)) return incoming;
    const verb = /^[A-Za-z]+/.exec(operation)?.[0] ?? 'OTHER';
    return { ...incoming, 'db.operation.name': verb };
  },
};

/** How metrics are aggregated, and what their attributes may hold. */
export const views: ViewOptions[] = [
  {
    // Mergeable over processes, and fine enough for a p99.
    instrumentName: names.METRIC_ENDPOINT_DURATION,
    aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
  },
  { instrumentName: 'db.client.*', attributesProcessors: [operationIsAVerb] },
];
